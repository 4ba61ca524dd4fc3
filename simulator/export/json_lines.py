"""JSON lines: an object per row, null where there is no value."""

import json
from typing import IO

from .interface import Rows


def write_json_lines(rows: Rows, out: IO[bytes]) -> None:
    """Write a table as JSON lines, in UTF-8."""
    names = [column.name for column in rows.columns]
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    for batch in rows.batches:
        for values in zip(*batch, strict=True):
            out.write(encode(dict(zip(names, values, strict=True))).encode() + b"\n")
