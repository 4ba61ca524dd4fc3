"""How much of a run's time is spent, and what still fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.result.repetition import Repetition


@dataclass(frozen=True)
class Allowance:
    """A budget of wall time, in seconds of `Repetition.took_s`, and what each cell's repetition is expected to take."""

    budget_s: float | None
    """Null: no limit."""
    expected_s: Mapping[str, float]
    """Cell id -> seconds, as predicted before anything was measured."""

    def affords(self, done: Sequence[Repetition], counts: Mapping[str, int]) -> bool:
        """Whether so many repetitions of each cell still fit."""
        if self.budget_s is None:
            return True
        spent_s = sum(r.took_s or 0.0 for r in done)
        return spent_s + self.time_s(done, counts) <= self.budget_s

    def time_s(self, done: Sequence[Repetition], counts: Mapping[str, int]) -> float:
        """Return how long so many repetitions of each cell will take: as they took so far, else as predicted.

        A prediction for a cell that was not measured yet is corrected by how wrong those of the measured cells were.
        """
        took: dict[str, list[float]] = {}
        for r in done:
            if r.took_s is not None and r.cell_id in self.expected_s:
                took.setdefault(r.cell_id, []).append(r.took_s)
        means = {cell: sum(values) / len(values) for cell, values in took.items()}
        predicted_s = sum(self.expected_s[cell] for cell in means)
        correction = sum(means.values()) / predicted_s if predicted_s > 0 else 1.0
        return sum(
            count * means.get(cell, self.expected_s.get(cell, 0.0) * correction)
            for cell, count in counts.items()
        )
