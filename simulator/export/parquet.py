"""Parquet through pyarrow, which is an extra: it is large, and few need it."""

from typing import IO, Any

from .interface import MissingLibraryError, Rows

_ROWS_AT_ONCE = 1 << 16
"""Rows of a row group: few repetitions have so many jobs, and readers are slow with thousands of small groups."""


def write_parquet(rows: Rows, out: IO[bytes]) -> None:
    """Write a table as Parquet. Raises MissingLibraryError where there is no pyarrow."""
    try:
        import pyarrow as pa  # noqa: PLC0415 (an extra: found missing only when it is needed)
        import pyarrow.parquet as pq  # noqa: PLC0415 (the same)
    except ImportError as error:
        raise MissingLibraryError(
            f"Parquet needs pyarrow, which cannot be imported ({error}); install it with"
            " `pip install 'pyarrow>=17'`, or choose csv or jsonl"
        ) from error
    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    schema = pa.schema([pa.field(column.name, types[column.type]) for column in rows.columns])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        waiting: list[Any] = []
        held = 0
        for batch in rows.batches:
            arrays = [pa.array(values, field.type) for values, field in zip(batch, schema, strict=True)]
            waiting.append(pa.record_batch(arrays, schema=schema))
            held += waiting[-1].num_rows
            if held >= _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_batches(waiting, schema=schema))
                waiting, held = [], 0
        if held:
            writer.write_table(pa.Table.from_batches(waiting, schema=schema))
