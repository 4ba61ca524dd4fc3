"""When the jobs of a cell come by themselves: the moments that a run of the same seed has."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from simulator.scenario.cells import Cell
from simulator.scenario.due import due_ns
from simulator.scenario.recorded_times import RecordedTimesError

MOST_JOBS = 20_000
"""Of a cell, that are simulated at the most."""


@dataclass(frozen=True)
class Coming:
    """When the jobs of a repetition come by themselves."""

    due_s: tuple[float, ...]
    """Of each, from "go" on; of those of a repetition that has more, the first ones."""
    duration_s: float | None
    """After which no worker starts another one; null: all are done."""
    offered: int
    """How many the repetition has."""
    last_s: float
    """When the last of them is due."""
    ends: bool
    """It has a fixed duration: what nobody began in it is never done."""

    def first(self, most: int) -> "Coming":
        """Return those of so many first jobs at the most, for as long as they come."""
        if len(self.due_s) <= most:
            return self
        # All that come before the next one does; of a greater burst at the beginning, those that are looked at.
        before = tuple(due_s for due_s in self.due_s[:most] if due_s < self.due_s[most])
        return replace(
            self, due_s=before or self.due_s[:most], duration_s=self.due_s[most] if before else None
        )

    @property
    def share(self) -> float:
        """How many of the jobs are looked at; 1: all."""
        return len(self.due_s) / self.offered

    @property
    def rate_per_s(self) -> float:
        """How many of those that are looked at come in a second, in the mean; 0 where all come at once."""
        return _rate_per_s(len(self.due_s), self.due_s[-1] - self.due_s[0])

    @property
    def offered_per_s(self) -> float:
        """How many come in a second of the whole repetition, likewise."""
        return _rate_per_s(self.offered, self.last_s - self.due_s[0])


def _rate_per_s(jobs: int, span_s: float) -> float:
    return (jobs - 1) / span_s if span_s > 0 else 0.0


def coming_of(cell: Cell, jobs: int | None, seed: int) -> Coming | None:
    """Return when the jobs of a repetition come; null: they do not by themselves, or nobody here knows when.

    Args:
        cell: that they are of.
        jobs: how many there are; null: as many as come in its duration.
        seed: of the scenario.
    """
    duration_ns = cell.job.duration_ns
    pages = (jobs or cell.job.counted) if duration_ns is None else None
    if cell.arrivals is None or (pages is None and duration_ns is None):
        return None
    with suppress(RecordedTimesError):
        moments = due_ns(
            cell.arrivals,
            cell.server.content,
            seed=seed,
            pages=pages,
            duration_ns=duration_ns,
        )
        due_s = tuple(moment / 1e9 for moment in islice(moments, MOST_JOBS + 1))
        # The others are counted; when the last one is due is asked of a deque, which keeps no more.
        last = deque(enumerate(moments, len(due_s) + 1), maxlen=1)
        if due_s:
            offered, last_s = (last[0][0], last[0][1] / 1e9) if last else (len(due_s), due_s[-1])
            ends_s = None if duration_ns is None else duration_ns / 1e9
            return Coming(due_s, ends_s, offered, last_s, ends_s is not None).first(MOST_JOBS)
    return None
