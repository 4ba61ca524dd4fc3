"""What every schedule is to an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.result.repetition import Repetition
from simulator.schedule.reason import Reason

Key = tuple[str, int]
"""(cell id, round): names one repetition of a run."""


@dataclass(frozen=True)
class Next:
    """The repetition to run now."""

    cell_id: str
    round: int
    """Which pass over the cells it belongs to, reruns counted."""
    why: Reason | None = None
    """What this repetition is good for."""


class Schedule(Protocol):
    """Decides from the results so far; holds no state of its own, so an interrupted run can go on."""

    def next(self, done: Sequence[Repetition]) -> Next | None:
        """Return the next repetition, or null when enough is known."""

    def discarded(self, done: Sequence[Repetition]) -> frozenset[Key]:
        """Return the repetitions that do not count, because something disturbed them and they are done again."""

    def remaining(self, done: Sequence[Repetition]) -> Mapping[str, int]:
        """Return cell id -> repetitions still to come, as far as can be said now and if nothing is disturbed."""
