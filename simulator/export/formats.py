"""The formats by name."""

from pathlib import PurePath

from .csv_format import write_csv
from .interface import Formats, Known
from .json_lines import write_json_lines
from .parquet import write_parquet

FORMATS: Formats = {
    "csv": Known(write_csv, (".csv",), streams=True),
    "jsonl": Known(write_json_lines, (".jsonl", ".ndjson"), streams=True),
    "parquet": Known(write_parquet, (".parquet", ".pq"), streams=False),
}


def format_by_name(file: str) -> str:
    """Return the format that a file's name means; csv where it means none."""
    suffix = PurePath(file).suffix.lower()
    return next((name for name, known in FORMATS.items() if suffix in known.suffixes), "csv")
