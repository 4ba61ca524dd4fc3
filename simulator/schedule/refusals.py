"""Repetitions that surely cannot count, or take longer than they may: told before anything is measured, with a remedy.

Only what is sure is refused: a window that is too short even at the slowest that a cell may be, and one that takes too
long even at the fastest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from mockserver.units import format_duration
from simulator.schedule.sizing import LIMIT_SHARE, Gate, SizeError, Work, auto, size, speeds
from simulator.text.numbers import clock, duration, number
from simulator.text.words import counted, names

MOST_LIMIT_S = 3600.0
"""The longest time_limit that a scenario may have."""
SPARE = 1.25
"""Durations and limits that are advised are so much longer than what is predicted to suffice."""


@dataclass(frozen=True)
class Planned:
    """A cell, with what is written of its length."""

    name: str
    work: Work
    pages: int | None = None
    """Null: it sizes itself, or its duration is written."""
    duration_s: float | None = None


@dataclass(frozen=True)
class _Fault:
    kind: Literal["few", "short", "long"]
    cell: Planned
    says: str


def refuse(cells: Sequence[Planned], gate: Gate, *, calibrated: bool = True) -> None:
    """Do nothing where each cell may count.

    Args:
        cells: as they are to be run.
        gate: what each has to pass.
        calibrated: what their jobs cost is known; otherwise as if they cost nothing but the wait.

    Raises:
        SizeError: some cannot; which ones, why, and what to write instead.
    """
    faults = [
        fault
        for cell in cells
        for fault in _faults(cell, gate)
        if calibrated or fault.kind != "short" or cell.duration_s is not None
    ]
    if not faults:
        return
    said: dict[tuple[str, str], list[str]] = {}
    for fault in faults:
        said.setdefault((fault.kind, fault.says), []).append(fault.cell.name)
    lines = [f"  {names(list(dict.fromkeys(who)))}: {says}" for (_, says), who in said.items()]
    whole = "\n".join(("nothing is measured, since this cannot count:", *lines, _advice(faults, cells, gate)))
    raise SizeError(whole)


def _faults(cell: Planned, gate: Gate) -> Iterator[_Fault]:
    work = cell.work
    slowest, fastest = speeds(work)
    if cell.duration_s is not None:
        jobs, window_s = ceil(cell.duration_s * fastest), cell.duration_s
        what = f"job.duration of {duration(cell.duration_s)}"
    else:
        found = cell.pages or auto(work, gate).pages or 1
        jobs, window_s = found, found / slowest
        what = counted(jobs, "job")
    fewest = gate.min_jobs_per_slot * work.in_flight
    if work.rate_per_s is None and jobs < fewest:
        some = what if cell.duration_s is None else f"{what}, {counted(jobs, 'job')} at the most,"
        least = f"{number(gate.min_jobs_per_slot)} for each is the least (validity.min_jobs_per_slot)"
        yield _Fault("few", cell, f"{some} with {number(work.in_flight)} in flight; {least}")
    elif window_s < gate.min_window_s:
        least = f"{duration(gate.min_window_s)} is the least (validity.min_window)"
        about = what if cell.duration_s is not None else f"{what} take about {duration(window_s)}"
        yield _Fault("short", cell, f"{about}; {least}")
    if cell.duration_s is None and jobs / fastest > gate.time_limit_s:
        or_more = f"{what} with {number(work.in_flight)} in flight take {clock(jobs / fastest)} or more"
        yield _Fault("long", cell, f"{or_more}; time_limit is {clock(gate.time_limit_s)}")


def _advice(faults: Sequence[_Fault], cells: Sequence[Planned], gate: Gate) -> str:
    remedies: list[str] = []
    short = [fault.cell for fault in faults if fault.kind != "long"]
    long = [fault.cell for fault in faults if fault.kind == "long"]
    timed = [cell.work for cell in short if cell.duration_s is not None]
    if timed:
        wanted_s = max(
            max(gate.min_window_s, gate.min_jobs_per_slot * work.in_flight / speeds(work)[0])
            for work in timed
        )
        remedies.append(f"job.duration: {_written(wanted_s * SPARE)} or longer")
    if any(cell.pages for cell in (*short, *long)):
        # What counts must not be too long for another cell of the same number.
        least = max((auto(cell.work, gate).pages or 1 for cell in short if cell.pages), default=1)
        most = min(
            int(LIMIT_SHARE * gate.time_limit_s * speeds(cell.work)[0])
            for cell in cells
            if cell.pages or cell.duration_s is None
        )
        if least <= most:
            remedies.append(
                f"job.pages: {number(least)} or more" if short else f"job.pages: {number(most)} or less"
            )
        remedies.append("pages: auto, which sizes each cell by itself")
    if long:
        total_s = max(
            size(
                cell.work, window_s=0, min_jobs_per_slot=0, pages=cell.pages or auto(cell.work, gate).pages
            ).total_s
            for cell in long
        )
        if total_s * SPARE <= MOST_LIMIT_S:
            remedies.append(f"time_limit: {_written(total_s * SPARE)} or longer")
        if not all(cell.pages for cell in long):
            remedies.append("a lower in_flight")
    return f"write {', or '.join(remedies)}"


def _written(seconds: float) -> str:
    """Return a duration as it is written in a scenario: in tenths of a second, seconds or minutes."""
    step_s = 0.1 if seconds < 10 else 1 if seconds < 120 else 60  # noqa: PLR2004 - as exact as it is sensible
    return format_duration(round(ceil(seconds / step_s) * step_s * 10) * 100_000_000)
