"""Durations in a table (CSV, or one on each line), as load generators and spreadsheets write them.

Which column has them is told by its name, or by `--column`; in which unit, by the value (`12ms`), by the name
(`elapsed_ms`), by `--unit`, or by who writes such tables: JMeter (ms), hey (s).
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mockserver.units import parse_duration
from simulator.imports.access_log import thin
from simulator.imports.interface import Wanted
from simulator.imports.recording import Recording, RecordingError
from simulator.imports.source import read_whole
from simulator.imports.times import UNITS_NS, moment_ns, plausible_ns
from simulator.text.words import listed

_DELIMITERS: Final = ",;\t|"
# The better says what is waited for, the earlier it stands: to the first byte, then as a whole.
_DURATIONS: Final = (
    *("ttfb", "time_to_first_byte", "time_starttransfer", "wait", "latency", "response_time", "request_time"),
    *("duration", "elapsed", "time_taken", "took", "time_total", "time"),
)
_MOMENTS: Final = ("timestamp", "started", "start", "date", "datetime", "at", "offset")
_STATUSES: Final = ("status", "status_code", "responsecode", "code")
# What these programs write has no unit of its own: a column that names the table, its unit.
_PROGRAMS: Final[Mapping[str, str]] = {"responsecode": "ms", "dns_dialup": "s"}
_UNIT: Final = re.compile(r"_(ns|us|ms|s|µs|μs|sec|secs|seconds|millis|milliseconds|microseconds)$")
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_LATEST_EPOCH: Final = 1e19
_EPOCHS: Final = ((1e17, 1), (1e14, 1_000), (1e11, 1_000_000), (1e8, 1_000_000_000))


@dataclass(frozen=True)
class _Columns:
    duration: int
    unit_ns: int | None
    """Of bare numbers; null: nothing says it."""
    moment: int | None
    offset: bool
    """The moment is a distance from the beginning, in the unit of the durations."""
    status: int | None


def read_csv(path: Path, wanted: Wanted) -> Recording:
    """Read a table of durations. Raises RecordingError."""
    return convert(read_whole(path).decode("utf-8-sig", "replace"), path.name, wanted)


def convert(written: str, name: str, wanted: Wanted) -> Recording:
    """Make a recording of a table's text. Raises RecordingError: it has no durations, or nothing says their unit."""
    lines = [line for line in written.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise RecordingError(
            f"{name}: is empty; it needs durations, as 12ms, one on each line or in a column"
        )
    delimiter = max(_DELIMITERS, key=lines[0].count)
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise RecordingError(f"{name}: is no table ({error}); save it as CSV") from error
    heading = [_key(field) for field in rows[0]]
    headed = not any(_is_value(field) for field in rows[0])
    columns = _columns(heading if headed else [""] * len(heading), name, wanted, rows[0])
    recording = Recording("csv", {"file": name})
    for row in rows[1:] if headed else rows:
        if (reason := _take(row, columns, recording, wanted, name)) is not None:
            recording.left_out[reason] += 1
    if not recording.delays_ns:
        raise RecordingError(
            f"{name}: no row has a duration, as 12ms, in the column that is read; name it with --column"
        )
    thin(recording)
    return recording


def _key(field: str) -> str:
    return re.sub(r"[^a-z0-9µμ]+", "_", field.strip().lower()).strip("_")


def _is_value(field: str) -> bool:
    return _NUMBER.fullmatch(field.strip()) is not None or _duration_ns(field) is not None


def _duration_ns(field: str) -> int | None:
    try:
        return parse_duration(field)
    except ValueError:
        return None


def _columns(heading: Sequence[str], name: str, wanted: Wanted, written: Sequence[str]) -> _Columns:
    plain = [_UNIT.sub("", key) for key in heading]
    if wanted.column is not None:
        duration = _named(heading, name, wanted.column, written)
    elif len(heading) == 1:
        duration = 0
    else:
        found = _first(plain, _DURATIONS)
        if found is None:
            raise RecordingError(
                f"{name}: which column has the durations? Name it with --column; there are"
                f" {listed(tuple(written)[:12])}"
            )
        duration = found
    moment = _first(plain, _MOMENTS)
    return _Columns(
        duration,
        _unit_ns(heading, duration, wanted),
        moment if moment != duration else None,
        moment is not None and plain[moment] == "offset",
        _first(plain, _STATUSES),
    )


def _named(heading: Sequence[str], name: str, column: str, written: Sequence[str]) -> int:
    if _key(column) in heading:
        return heading.index(_key(column))
    if column.isascii() and column.isdigit() and 1 <= int(column[:6]) <= len(heading):
        return int(column[:6]) - 1
    raise RecordingError(f"{name}: has no column {column}; there are {listed(tuple(written)[:12])}")


def _first(plain: Sequence[str], names: Sequence[str]) -> int | None:
    return next((plain.index(one) for one in names if one in plain), None)


def _unit_ns(heading: Sequence[str], duration: int, wanted: Wanted) -> int | None:
    if wanted.unit is not None:
        return UNITS_NS[wanted.unit]
    named = _UNIT.search(heading[duration])
    if named is not None:
        word = named[1]
        if word.startswith(("ms", "milli")):
            return UNITS_NS["ms"]
        if word == "ns":
            return UNITS_NS["ns"]
        return UNITS_NS["us" if word in {"us", "µs", "μs", "microseconds"} else "s"]
    program = next((unit for key, unit in _PROGRAMS.items() if key in heading), None)
    return None if program is None else UNITS_NS[program]


def _take(
    row: Sequence[str], columns: _Columns, recording: Recording, wanted: Wanted, name: str
) -> str | None:
    """Take one row; return why it is not."""
    if len(row) <= columns.duration:
        return "rows without a duration"
    status = _cell(row, columns.status)
    if not wanted.all_statuses and re.fullmatch(r"[1-5]\d\d", status, re.ASCII) and status[0] != "2":
        return f"answered {status[0]}xx (--all-statuses takes these too)"
    field = row[columns.duration].strip()
    delay_ns = _duration_ns(field)
    if delay_ns is None:
        if not _NUMBER.fullmatch(field):
            return "rows without a duration"
        if columns.unit_ns is None:
            raise RecordingError(
                f"{name}: in which unit is {field[:20]}? Say it with --unit ms, or write {field[:20]}ms"
            )
        delay_ns = plausible_ns(float(field), columns.unit_ns)
    else:
        delay_ns = plausible_ns(delay_ns, 1)
    if delay_ns is None:
        return "durations that no answer takes"
    recording.delays_ns.append(delay_ns)
    moment = _moment_ns(_cell(row, columns.moment), columns)
    if moment is not None:
        recording.arrivals_ns.append(moment)
    return None


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _moment_ns(field: str, columns: _Columns) -> int | None:
    if not _NUMBER.fullmatch(field):
        return moment_ns(field)
    value = float(field)
    if columns.offset:
        return plausible_ns(value / 1_000, (columns.unit_ns or UNITS_NS["s"]) * 1_000)
    return next(
        (round(value * unit_ns) for least, unit_ns in _EPOCHS if least <= value < _LATEST_EPOCH), None
    )
