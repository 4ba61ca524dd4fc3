"""Repetitions that surely cannot count, or take longer than they may: told before anything is measured, with a remedy.

Only what is sure is refused: a window that is too short even at the slowest that a cell may be, and one that takes too
long even at the fastest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from mockserver.units import format_duration
from simulator.schedule.sizing import LIMIT_SHARE, Gate, Work, auto, size, speeds
from simulator.text.numbers import clock, duration, number
from simulator.text.words import counted

SPARE = 1.25
"""Durations and limits that are advised are so much longer than what is predicted to suffice."""
MOST_LIMIT_S = 3600.0
"""The longest time_limit that a scenario may have."""
BY_ITSELF = "or write pages: auto, which sizes each cell by itself"


@dataclass(frozen=True)
class Planned:
    """A cell, with what is written of its length."""

    work: Work
    pages: int | None = None
    """Null: it sizes itself, or its duration is written."""
    duration_s: float | None = None


def reasons(cell: Planned, gate: Gate, *, calibrated: bool = True) -> tuple[str, ...]:
    """Return why a cell cannot count, each with what to write; empty where it may.

    Args:
        cell: as it is to be run.
        gate: what it has to pass.
        calibrated: what its job costs is known; otherwise as if it cost nothing but the wait.
    """
    found = _of_duration if cell.duration_s is not None else _of_count
    return tuple(found(cell, gate, calibrated=calibrated))


def _of_duration(cell: Planned, gate: Gate, *, calibrated: bool) -> Iterator[str]:
    work, lasts_s = cell.work, cell.duration_s or 0.0
    slowest, fastest = speeds(work)
    jobs, fewest = ceil(lasts_s * fastest), gate.min_jobs_per_slot * work.in_flight
    if lasts_s < gate.min_window_s:
        least_s = gate.min_window_s
        window = f"the window of {duration(lasts_s)} is shorter than {duration(least_s)}"
        yield f"{window}; raise job.duration to {_written(least_s)}"
    if work.ramp_s + lasts_s > gate.time_limit_s:
        total_s = size(work, window_s=0, min_jobs_per_slot=0, duration_s=lasts_s).total_s * SPARE
        longer = f"raise time_limit to {_written(total_s)}, or " if total_s <= MOST_LIMIT_S else ""
        yield (
            f"the ramp of {duration(work.ramp_s)} and the window of {duration(lasts_s)} are longer than time_limit,"
            f" {clock(gate.time_limit_s)}; {longer}lower job.ramp or job.duration"
        )
    if calibrated and work.rate_per_s is None and jobs < fewest:
        yield (
            f"at most {counted(jobs, 'job')} for {work.in_flight} in flight, fewer than {gate.min_jobs_per_slot} for"
            f" each; raise job.duration to {_written(max(gate.min_window_s, fewest / slowest * SPARE))}"
        )


def _of_count(cell: Planned, gate: Gate, *, calibrated: bool) -> Iterator[str]:
    work = cell.work
    slowest, fastest = speeds(work)
    sized = auto(work, gate).pages or 1
    jobs = cell.pages or sized
    fewest = gate.min_jobs_per_slot * work.in_flight
    if calibrated and jobs / slowest < gate.min_window_s:
        yield (
            f"the window of about {duration(jobs / slowest)} is shorter than {duration(gate.min_window_s)};"
            f" raise job.pages to {sized}, {BY_ITSELF}"
        )
    if work.rate_per_s is None and jobs < fewest:
        yield (
            f"{counted(jobs, 'job')} for {work.in_flight} in flight, fewer than {gate.min_jobs_per_slot} for each;"
            f" raise job.pages to {fewest}"
        )
    # Those that are counted are done in the ramp as well.
    ramp_s = work.ramp_s if cell.pages is None else 0.0
    least_s = ramp_s + jobs / fastest
    if least_s > gate.time_limit_s:
        total_s = size(work, window_s=0, min_jobs_per_slot=0, pages=jobs).total_s * SPARE
        most = max(1, int(LIMIT_SHARE * gate.time_limit_s * slowest))
        longer = f"raise time_limit to {_written(total_s)}, " if total_s <= MOST_LIMIT_S else ""
        lower = "or lower in_flight or job.ramp" if ramp_s else "or lower in_flight"
        shorter = lower if cell.pages is None else f"lower job.pages to {most}, {BY_ITSELF}"
        yield (
            f"{counted(jobs, 'job')} with {number(work.in_flight)} in flight take {clock(least_s)} or more, and"
            f" time_limit is {clock(gate.time_limit_s)}; {longer}{shorter}"
        )


def _written(seconds: float) -> str:
    """Return a duration as it is written in a scenario: in tenths of a second, seconds or minutes."""
    step_s = 0.1 if seconds < 10 else 1 if seconds < 120 else 60  # noqa: PLR2004 - as exact as it is sensible
    return format_duration(round(ceil(round(seconds / step_s, 6)) * step_s * 10) * 100_000_000)
