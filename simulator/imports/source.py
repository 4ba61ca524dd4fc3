"""Reading the file that a person named: a regular one, no larger than memory bears; and JSON of any encoding."""

import json
from pathlib import Path
from typing import Any

from mockserver.regular_file import read_regular
from mockserver.units import format_size
from simulator.imports.recording import RecordingError

LARGEST_BYTES = 1 << 30


def read_whole(path: Path, most_bytes: int = LARGEST_BYTES) -> bytes:
    """Read a file. Raises RecordingError: it cannot be, or is larger than that."""
    try:
        data = read_regular(path, most_bytes + 1)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}; name a file that can be read") from error
    if len(data) > most_bytes:
        raise RecordingError(
            f"{path} is larger than the {format_size(most_bytes)} that are read at once; record less at a time, or cut"
            " it"
        )
    return data


def parse_json(data: bytes, what: str) -> Any:
    """Parse JSON in UTF-8, -16 or -32, with a byte order mark or without. Raises RecordingError."""
    try:
        return json.loads(data.decode(json.detect_encoding(data)))
    except RecursionError as error:
        raise RecordingError(f"{what} is nested too deeply; no such recording is") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{what} is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise RecordingError(
            f"{what} is not JSON: {error.msg} ({where}); was it cut off? Record it anew"
        ) from error
    except (ValueError, MemoryError) as error:
        raise RecordingError(f"{what} is not JSON: {error}") from error
