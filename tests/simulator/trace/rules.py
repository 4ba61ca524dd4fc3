"""The rules of the Trace Event Format, checked on a file's text by code that shares nothing with what wrote it."""

import json
from collections import defaultdict
from fractions import Fraction
from typing import Any

KNOWN = {"X": {"ts", "dur", "tid"}, "b": {"ts", "id", "cat", "tid"}, "e": {"ts", "id", "cat", "tid"}}
KNOWN |= {"C": {"ts", "args"}, "M": {"args"}}


def checked(text: str) -> dict[str, Any]:
    """Return the trace, having asserted every rule."""
    trace: dict[str, Any] = json.loads(text, parse_constant=lambda name: f"{name} is no number of JSON")
    assert trace["displayTimeUnit"] in ("ms", "ns")
    assert isinstance(trace["otherData"], dict)
    events = trace["traceEvents"]
    for event in events:
        assert event["ph"] in KNOWN, event
        assert KNOWN[event["ph"]] | {"name", "pid"} <= event.keys(), event
        assert isinstance(event["name"], str), event
        for name in ("pid", "tid"):
            assert event.get(name, 1) > 0, event
            assert isinstance(event.get(name, 1), int), event
        for name in ("ts", "dur"):
            value = event.get(name, 0)
            assert isinstance(value, int | float), event
            assert value >= 0, event
            assert (value * 1000) % 1 == 0, f"{name} is cut off where it becomes nanoseconds: {event}"
    _nested(events)
    _paired(events)
    _named(events)
    _counted(events)
    return trace


def _nested(events: list[dict[str, Any]]) -> None:
    """Complete events of a track, as a viewer meets them: by time, those that are equal in the file's order."""
    of_track: dict[Any, list[tuple[Fraction, Fraction, dict[str, Any]]]] = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            start = Fraction(event["ts"])
            of_track[event["pid"], event["tid"]].append((start, start + Fraction(event["dur"]), event))
    for slices in of_track.values():
        open_: list[Fraction] = []
        for start, end, event in sorted(slices, key=lambda s: s[0]):
            while open_ and open_[-1] <= start:
                open_.pop()
            assert not open_ or end <= open_[-1], f"reaches over the end of the slice around it: {event}"
            open_.append(end)


def _paired(events: list[dict[str, Any]]) -> None:
    """Begins and ends of a row, as a viewer meets them: each end is that of the slice begun last."""
    open_: dict[Any, list[str]] = defaultdict(list)
    places: dict[Any, Any] = {}
    for event in sorted((e for e in events if e["ph"] in "be"), key=lambda e: e["ts"]):
        row = event["cat"], event["id"]
        assert places.setdefault(row, (event["pid"], event["tid"])) == (event["pid"], event["tid"]), event
        if event["ph"] == "b":
            open_[row].append(event["name"])
        else:
            assert open_[row], f"ends and never began: {event}"
            assert open_[row].pop() == event["name"], event
    assert not any(open_.values())


def _named(events: list[dict[str, Any]]) -> None:
    processes = {e["pid"] for e in events if (e["ph"], e["name"]) == ("M", "process_name")}
    threads = [
        (e["pid"], e["tid"], e["args"]["name"])
        for e in events
        if (e["ph"], e["name"]) == ("M", "thread_name")
    ]
    assert {e["pid"] for e in events} <= processes
    assert {(e["pid"], e["tid"]) for e in events if "tid" in e} <= {(pid, tid) for pid, tid, _ in threads}
    # Perfetto knows a thread by its tid alone, and takes one that equals its pid for the main thread.
    assert len({tid for _, tid, _ in threads}) == len(threads)
    assert not {tid for _, tid, _ in threads} & processes
    assert len({(pid, name) for pid, _, name in threads}) == len(threads)


def _counted(events: list[dict[str, Any]]) -> None:
    values: dict[Any, int] = {}
    for event in events:
        if event["ph"] == "C":
            for series, value in event["args"].items():
                assert value >= 0, event
                values[event["pid"], event["name"], series] = value
    assert set(values.values()) <= {0}
