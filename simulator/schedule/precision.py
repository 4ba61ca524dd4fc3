"""As many rounds as it takes until the ratios are known as precisely as was asked.

Stopping when an interval looks narrow enough stops too early whenever the first few values lie close by luck, and an
interval computed from the same values then covers the truth too rarely. So the scatter is that of the planned rounds,
and never less than that of all (after Stein 1945, Annals of Mathematical Statistics 16, pages 243-258;
analysis.intervals has the formula and the reasons): where the run stops then says nothing about the mean, and the
interval keeps its 95 %.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import expm1, log
from statistics import fmean

from simulator.analysis.summary import throughput_by_round
from simulator.result.repetition import Repetition
from simulator.schedule.block import Block
from simulator.schedule.reason import Imprecise
from simulator.stats.intervals import reach, rounds_needed

MOST_ROUNDS = 100
"""What no block goes beyond: a scatter that needs more is not cured by patience."""


@dataclass(frozen=True)
class Precise:
    """Rounds until every ratio of a block is known to within `precision`.

    The ratios are those that tables and findings show: each cell to its baseline, and the fastest cell to each other.
    """

    planned: int
    precision: float
    """Half-width of the 95 % intervals, as a share: 0.03 is 3 %."""

    def rounds(self, block: Block, counting: Sequence[Repetition]) -> tuple[int, Imprecise | None]:
        """Return the rounds that the least precise ratio needs, and which one that is."""
        ran = len({r.round for r in counting})
        if ran < self.planned:
            return self.planned, None
        most, imprecise = self.planned, None
        for (a, b), values in self._ratios(block, counting).items():
            # Rounds in which one of the two was invalid say nothing of their ratio and have to be made up for.
            if len(values) < self.planned:
                if ran < 2 * self.planned:
                    most = max(most, ran + self.planned - len(values))
                continue
            needed = min(MOST_ROUNDS, rounds_needed(values, self.planned, self.precision) + ran - len(values))
            if needed > most:
                half = reach(values, self.planned)
                most = needed
                imprecise = Imprecise(a, b, expm1(half or 0.0), self.precision)
        return most, imprecise

    @staticmethod
    def _ratios(block: Block, counting: Sequence[Repetition]) -> Mapping[tuple[str, str], list[float]]:
        by_cell: dict[str, dict[int, float]] = {}
        for cell in block.cells:
            rates = throughput_by_round(r for r in counting if r.cell_id == cell)
            if rates:
                by_cell[cell] = rates
        if not by_cell:
            return {}
        others = [cell for cell in by_cell if cell != block.baseline]
        fastest = max(others, key=lambda cell: fmean(map(log, by_cell[cell].values())), default=None)
        pairs = [(cell, block.baseline) for cell in others if block.baseline in by_cell]
        pairs += [(fastest, cell) for cell in others if fastest is not None and cell != fastest]
        return {
            (a, b): [by_cell[a][r] / by_cell[b][r] for r in sorted(by_cell[a].keys() & by_cell[b].keys())]
            for a, b in pairs
        }
