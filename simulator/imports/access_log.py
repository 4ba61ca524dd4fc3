"""Access logs of nginx and Apache that say how long each request took: `$request_time`, or `%D`.

A log has no bodies: what comes of it are the delays of all requests and when they came. A line is taken apart only as
far as that: the moment, the request, the status, and the duration, which is named (`rt=0.123`, `"request_time":0.123`)
or is the last number of the line. A number with a point is of seconds (nginx), one without of microseconds (Apache).
"""

import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mockserver.latency_models import MOST_OBSERVED
from simulator.imports.bodies import BodyError, inflated
from simulator.imports.interface import Wanted
from simulator.imports.loose import mapping, number, text
from simulator.imports.recording import Recording, RecordingError
from simulator.imports.source import LARGEST_BYTES, read_whole
from simulator.imports.times import UNITS_NS, moment_ns, plausible_ns

_MOMENT: Final = re.compile(r"\[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\]")
_MOMENT_FORM: Final = "%d/%b/%Y:%H:%M:%S %z"
_REQUEST: Final = re.compile(r'"[A-Z]{3,10} [^"]*" (\d{3})\b')
_NUMBER: Final = r"(\d{1,12}(?:\.\d{1,9})?)"
_NAMED: Final = re.compile(
    rf"(?<![A-Za-z_.])(?:rt|request_time|request-time|req_time|duration|took|time_taken)"
    rf"\"?\s*[=:]\s*\"?{_NUMBER}(us|ms|s)?(?![\d.])",
    re.IGNORECASE,
)
_LAST: Final = re.compile(rf'\s(?:{_NUMBER}(us|ms|s)?|"{_NUMBER}(us|ms|s)?")\s*$')
_NAMES: Final = ("request_time", "rt", "duration", "time_taken", "took")
_MOMENTS: Final = ("time_iso8601", "time", "timestamp", "@timestamp", "time_local", "msec")
_LONGEST_LINE: Final = 65_536


def read_log(path: Path, wanted: Wanted) -> Recording:
    """Read an access log, also a gzipped one. Raises RecordingError."""
    data = read_whole(path)
    if data.startswith(b"\x1f\x8b"):
        try:
            data = inflated(data, 31, LARGEST_BYTES)
        except BodyError as error:
            raise RecordingError(f"{path}: {error}; unpack it and cut it") from error
    return convert(io.StringIO(data.decode("utf-8", "replace"), newline=None), path.name, wanted)


def convert(lines: io.StringIO, name: str, wanted: Wanted) -> Recording:
    """Make a recording of a log's lines. Raises RecordingError: none of them says how long a request took."""
    recording = Recording("log", {"file": name})
    first = ""
    for line in lines:
        if not line.strip():
            continue
        first = first or line.strip()
        reason = _take(line, recording, wanted)
        if reason is not None:
            recording.left_out[reason] += 1
    if not recording.delays_ns:
        raise RecordingError(
            f"{name}: no line says how long a request took; log $request_time (nginx) or %D (Apache). The first line is"
            f" {first[:60]!r}"
        )
    thin(recording)
    return recording


def _take(line: str, recording: Recording, wanted: Wanted) -> str | None:
    """Take one line; return why it is not."""
    if len(line) > _LONGEST_LINE:
        return "lines longer than a log's are"
    found = _of_json(line) if line.lstrip().startswith("{") else _of_text(line)
    if found is None:
        return "lines that are no request with a duration"
    status, duration, unit, moment = found
    if not wanted.all_statuses and status is not None and not 200 <= status <= 299:  # noqa: PLR2004 - success
        return f"answered {status // 100}xx (--all-statuses takes these too)"
    unit = wanted.unit or unit or ("s" if "." in duration else "us")
    delay_ns = plausible_ns(float(duration), UNITS_NS[unit])
    if delay_ns is None:
        return "durations that no answer takes"
    recording.delays_ns.append(delay_ns)
    if moment is not None:
        recording.arrivals_ns.append(moment)
    return None


_Found = tuple[int | None, str, str | None, int | None]
"""Status, duration, its unit, moment (ns)."""


def _of_text(line: str) -> _Found | None:
    request = _REQUEST.search(line)
    if request is None:
        return None
    rest = line[request.end() :]
    found = _NAMED.search(rest) or _LAST.search(rest)
    # The size of the answer is the first number behind the status, and no duration.
    if found is None or not rest[: found.start()].strip():
        return None
    duration, unit = [group for group in found.groups() if group][:1], found.groups()[1::2]
    return int(request[1]), duration[0], next(filter(None, unit), None), _moment(line)


def _moment(line: str) -> int | None:
    found = _MOMENT.search(line)
    if found is None:
        return None
    try:
        return moment_ns(datetime.strptime(found[1], _MOMENT_FORM).isoformat())  # noqa: DTZ007 (%z is in it)
    except ValueError:
        return None


def _of_json(line: str) -> _Found | None:
    try:
        fields: Any = mapping(json.loads(line))
    except (ValueError, RecursionError):
        return None
    duration = next((_digits(fields[key]) for key in _NAMES if key in fields), None)
    if duration is None:
        return None
    status = _digits(fields.get("status"))
    moment = next((moment_ns(text(fields[key])) for key in _MOMENTS if key in fields), None)
    return (
        None if status is None or not status.isdigit() else int(status[:9]),
        duration,
        None,
        moment if moment is not None else _moment(f"[{text(fields.get('time_local'))}]"),
    )


def _digits(value: Any) -> str | None:
    written = value if isinstance(value, str) else str(value) if number(value) is not None else ""
    return written if re.fullmatch(_NUMBER, written) else None


def thin(recording: Recording) -> None:
    """Keep as many delays, and moments, as a server takes: every so many-th, evenly over the whole."""
    count = len(recording.delays_ns)
    for name, values in (("delays", recording.delays_ns), ("arrivals", recording.arrivals_ns)):
        if len(values) > MOST_OBSERVED:
            every = -(-len(values) // MOST_OBSERVED)
            if name == "delays":
                values[:] = values[::every]
                recording.notes.append(f"of {count} durations every {every}th is kept, {len(values)} in all")
            else:
                values.sort()
                del values[MOST_OBSERVED:]
