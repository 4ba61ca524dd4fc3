"""Reading what a driver measured: a sample file, and the numbers beside it (driver/protocol.md)."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from simulator.driver.shared.output import numbers_beside


def read_samples(path: Path) -> dict[str, Any]:
    """Return a sample file with its columns by name: `error` as the kind of each job's error, "" where it has none.

    `digests` then names the record of each job, "" where there is none. Nothing is unpickled.
    """
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    rows = np.load(numbers_beside(str(path)), allow_pickle=False)
    columns: dict[str, Any] = dict(zip(written["columns"], rows, strict=True))
    # The last of each list, which -1 takes, is what a job without has.
    columns["error"] = _named(written.pop("error_kinds"), columns["error"])
    written["digests"] = _named(written["digests"], columns.pop("record"))
    written["columns"] = columns
    return written


def _named(names: list[str], numbers: Any) -> list[str]:
    with_none = [*names, ""]
    return [with_none[number] for number in numbers.tolist()]
