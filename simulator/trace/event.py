"""Trace events, as the Trace Event Format has them: what Perfetto and chrome://tracing read.

Times are microseconds. Perfetto turns them into whole nanoseconds by a multiplication of doubles that cuts the rest
off, and drops a complete event that reaches over the end of the one around it, be it by 1 ns. So all times are whole
eighths of a microsecond: these are exact as doubles, as text, and as nanoseconds.
"""

from typing import Any, Literal

Event = dict[str, Any]
"""One element of `traceEvents`; a value of JSON."""

TICKS_PER_US = 8
NS_PER_TICK = 125


def complete(name: str, category: str, track: tuple[int, int], span: tuple[int, int], args: Event) -> Event:
    """Return a slice on a thread's track, which has to lie inside those around it.

    Args:
        name: of the slice.
        category: groups slices that mean the same.
        track: (pid, tid).
        span: start and end, in ticks.
        args: what is shown when it is chosen.
    """
    start, end = span
    event: Event = {
        "ph": "X",
        "name": name,
        "cat": category,
        "pid": track[0],
        "tid": track[1],
        "ts": start / TICKS_PER_US,
        "dur": (end - start) / TICKS_PER_US,
    }
    if args:
        event["args"] = args
    return event


def asynchronous(
    phase: Literal["b", "e"],
    name: str,
    category: str,
    track: tuple[int, int],
    id_: str,
    at: int,
    args: Event | None = None,
) -> Event:
    """Return the begin or the end of a slice that may overlap with others; those of one category and id are nested.

    Args:
        phase: begin or end.
        name: of the slice.
        category: of the slice, the same at both ends.
        track: (pid, tid) of the thread that it belongs to.
        id_: of the row that it is in; unique in the file.
        at: when, in ticks.
        args: what is shown when it is chosen.
    """
    event: Event = {
        "ph": phase,
        "name": name,
        "cat": category,
        "id": id_,
        "pid": track[0],
        "tid": track[1],
        "ts": at / TICKS_PER_US,
    }
    if args:
        event["args"] = args
    return event


def counter(name: str, series: str, pid: int, at: int, value: int) -> Event:
    """Return the value that a counter of a process has from a moment (ticks) on."""
    return {"ph": "C", "name": name, "pid": pid, "ts": at / TICKS_PER_US, "args": {series: value}}


def metadata(name: str, pid: int, tid: int | None, args: Event) -> Event:
    """Return what a process or a thread is called, or where it stands among the others."""
    event: Event = {"ph": "M", "name": name, "pid": pid}
    if tid is not None:
        event["tid"] = tid
    event["args"] = args
    return event
