import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest

from simulator.export.csv_format import write_csv
from simulator.export.formats import FORMATS, format_by_name
from simulator.export.interface import Batch, Column, Format, Rows
from simulator.export.json_lines import write_json_lines
from simulator.export.parquet import write_parquet

COLUMNS = (
    Column("text", "text"),
    Column("count", "integer"),
    Column("rate_per_s", "number"),
    Column("sure", "boolean"),
)
VALUES: list[list[Any]] = [
    ["=1+2", 2**62, 0.1, True],
    ['a "quote", a comma\nand a line', -3, 1e-300, False],
    [None, None, None, None],
    ["", 0, 0.0, True],
    ["日本 – é", 1, 1 / 3, False],
]


def table() -> Rows:
    """The rows in two batches, one of them a single row."""

    def batches() -> Iterator[Batch]:
        yield list(zip(*VALUES[:1], strict=True))
        yield list(zip(*VALUES[1:], strict=True))

    return Rows(COLUMNS, batches())


def written(write: Format, rows: Rows) -> bytes:
    out = io.BytesIO()
    write(rows, out)
    return out.getvalue()


def test_csv_is_read_back_and_quotes_only_what_csv_needs() -> None:
    text = written(write_csv, table()).decode()
    names, *rows = csv.reader(io.StringIO(text, newline=""))
    assert names == ["text", "count", "rate_per_s", "sure"]
    assert [row[0] for row in rows] == ["=1+2", 'a "quote", a comma\nand a line', "", "", "日本 – é"]
    assert [float(row[2]) if row[2] else None for row in rows] == [values[2] for values in VALUES]
    assert [row[3] for row in rows] == ["true", "false", "", "true", "false"]
    assert text.splitlines()[1] == f"=1+2,{2**62},0.1,true"


def test_json_lines_are_read_back_as_they_were() -> None:
    lines = written(write_json_lines, table()).decode().split("\n")
    assert lines.pop() == ""
    assert [list(json.loads(line).values()) for line in lines] == VALUES
    assert list(json.loads(lines[2])) == [column.name for column in COLUMNS]


def test_parquet_is_read_back_with_its_types() -> None:
    found = pq.read_table(io.BytesIO(written(write_parquet, table())))
    assert [str(field.type) for field in found.schema] == ["string", "int64", "double", "bool"]
    assert [list(row.values()) for row in found.to_pylist()] == VALUES


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_table_without_rows_has_its_columns_all_the_same(name: str) -> None:
    data = written(FORMATS[name].write, Rows(COLUMNS, iter(())))
    match name:
        case "csv":
            assert data == b"text,count,rate_per_s,sure\n"
        case "jsonl":
            assert data == b""
        case _:
            assert pq.read_table(io.BytesIO(data)).column_names == [column.name for column in COLUMNS]


@pytest.mark.parametrize("name", list(FORMATS))
def test_batches_are_written_as_they_come(name: str) -> None:
    """A million samples must not be held: what is asked for last comes after most has been written."""
    out = io.BytesIO()
    sizes: list[int] = []

    def batches() -> Iterator[Batch]:
        for number in range(6):
            sizes.append(out.tell())
            rows = range(number << 16, (number + 1) << 16)
            yield [[str(i) for i in rows], list(rows), [i / 7 for i in rows], [True] * len(rows)]

    FORMATS[name].write(Rows(COLUMNS, batches()), out)
    assert sizes[-1] > 0.5 * out.tell()


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_file_is_left_open_for_the_caller(name: str) -> None:
    out = io.BytesIO()
    FORMATS[name].write(table(), out)
    assert not out.closed


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.csv", "csv"), ("a.jsonl", "jsonl"), ("a.ndjson", "jsonl"), ("x/a.PARQUET", "parquet"),
        ("a.pq", "parquet"), ("a.txt", "csv"), ("-", "csv"), ("parquet", "csv"),
    ],
)  # fmt: skip
def test_a_file_s_name_says_its_format(file: str, name: str) -> None:
    assert format_by_name(file) == name
