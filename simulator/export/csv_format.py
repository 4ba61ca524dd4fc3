"""CSV as spreadsheets and pandas read it: UTF-8, a line of names, a comma, empty where there is no value."""

import csv
import io
from typing import IO, Any

from .interface import Rows


def write_csv(rows: Rows, out: IO[bytes]) -> None:
    """Write a table as CSV (RFC 4180, but lines end as on Unix)."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in rows.columns])
        booleans = [i for i, column in enumerate(rows.columns) if column.type == "boolean"]
        for batch in rows.batches:
            values = list(batch)
            for i in booleans:
                values[i] = [_boolean(value) for value in batch[i]]
            writer.writerows(zip(*values, strict=True))
        text.flush()
    finally:
        text.detach()  # it would close what the caller still needs


def _boolean(value: Any) -> str | None:
    return None if value is None else "true" if value else "false"
