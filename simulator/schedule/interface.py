"""What every schedule is to an experiment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.result.repetition import Repetition


@dataclass(frozen=True)
class Next:
    """The repetition to run now."""

    cell_id: str
    round: int
    """Which pass over all cells it belongs to, reruns counted."""


class Schedule(Protocol):
    """Decides from the results so far; holds no state of its own, so an interrupted run can go on."""

    def next(self, done: Sequence[Repetition]) -> Next | None:
        """Return the next repetition, or null when enough is known."""

    def discarded(self, done: Sequence[Repetition]) -> frozenset[int]:
        """Return the rounds whose repetitions do not count, because they were disturbed and done again."""

    def remaining(self, done: Sequence[Repetition]) -> int:
        """Return how many repetitions are still to come, if nothing is disturbed."""
