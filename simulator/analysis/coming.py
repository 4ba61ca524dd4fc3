"""When the jobs of a cell come by themselves: the moments that a run of the same seed has."""

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from simulator.scenario.cells import Cell
from simulator.scenario.due import due_ns
from simulator.scenario.recorded_times import RecordedTimesError

MOST_COMING = 20_000
"""Jobs that come by themselves, of which it is worked out when: as many as are simulated at the most."""


@dataclass(frozen=True)
class Coming:
    """When the jobs of a repetition come by themselves."""

    due_s: tuple[float, ...]
    """Of each, from "go" on; not all of a repetition that has more than MOST_COMING."""
    duration_s: float | None
    """After which no worker starts another one; null: all are done."""
    all_there: bool
    """These are all."""

    def first(self, most: int) -> "Coming":
        """Return those of so many first jobs at the most, for as long as they come."""
        if len(self.due_s) <= most:
            return self
        return Coming(self.due_s[:most], self.due_s[most], all_there=False)

    @property
    def rate_per_s(self) -> float:
        """How many come in a second, in the mean; 0 of a single one."""
        span_s = self.due_s[-1] - self.due_s[0]
        return (len(self.due_s) - 1) / span_s if span_s > 0 else 0.0


def coming_of(cell: Cell, jobs: int | None, seed: int) -> Coming | None:
    """Return when the jobs of a repetition come; null: they do not by themselves, or nobody here knows when.

    Args:
        cell: that they are of.
        jobs: how many there are; null: as many as come in its duration.
        seed: of the scenario.
    """
    if cell.arrivals is None:
        return None
    duration_ns = cell.job.duration_ns
    with suppress(RecordedTimesError):
        moments = due_ns(
            cell.arrivals,
            cell.server.content,
            seed=seed,
            pages=(jobs or cell.job.counted) if duration_ns is None else None,
            duration_ns=duration_ns,
        )
        due_s = tuple(moment / 1e9 for moment in islice(moments, MOST_COMING + 1))
        if len(due_s) <= MOST_COMING:
            ends_s = None if duration_ns is None else duration_ns / 1e9
            return Coming(due_s, ends_s, all_there=True) if due_s else None
        return Coming(due_s[:MOST_COMING], due_s[MOST_COMING], all_there=False)
    return None
