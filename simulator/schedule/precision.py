"""As many rounds as it takes until the ratios are known as precisely as was asked.

They are those that the report will show, with the same intervals (`stats.contrasts`). Their scatter is that of the
planned rounds, and never less than that of all (`stats.intervals` has the reasons): where the run stops then says
nothing about the mean, and the intervals keep their 95 %.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from simulator.analysis.summary import throughput_by_round
from simulator.result.repetition import Repetition
from simulator.schedule.block import Block
from simulator.schedule.reason import Imprecise
from simulator.stats.contrasts import MOST_ROUNDS, Terms, against, known_within, rank, rounds_until
from simulator.stats.intervals import Interval
from simulator.stats.layout import Key


@dataclass(frozen=True)
class Precise:
    """Rounds until every ratio of a block is known to within `precision`.

    The ratios are each cell to its baseline, and the best cell to each other. Where a factor other than the strategy
    is contrasted, they are the best to each other of every combination.
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
        for a, b, ratio in self._ratios(block, counting):
            # Rounds in which one of the two was invalid say nothing of their ratio and have to be made up for.
            if ratio is None or ratio.kind == "range" or (ratio.rounds or 0) < self.planned:
                if ran < 2 * self.planned:
                    most = max(most, ran + self.planned - ((ratio.rounds or 0) if ratio is not None else 0))
                continue
            lacking = ran - (ratio.rounds or 0)
            needed = min(MOST_ROUNDS, rounds_until(ratio, self.precision) + lacking)
            if needed > most:
                most = needed
                imprecise = Imprecise(a, b, known_within(ratio), self.precision)
        return most, imprecise

    def _ratios(
        self, block: Block, counting: Sequence[Repetition]
    ) -> Iterator[tuple[str, str, Interval | None]]:
        scored: dict[Key, float] = {}
        for cell in block.cells:
            rates = throughput_by_round(r for r in counting if r.cell_id == cell)
            scored |= {(cell, round_): log(rate) for round_, rate in rates.items()}
        terms = Terms(self.precision, self.planned)
        known = {cell for cell, _ in scored}
        others = [cell for cell in block.cells if cell in known and cell != block.baseline]
        if not block.rivals and block.baseline in known:
            for cell, ratio in against(scored, block.baseline, others, terms).items():
                yield cell, block.baseline, ratio
        for rivals in block.rivals or (others,):
            compared = {key: score for key, score in scored.items() if key[0] in rivals}
            if not compared:
                continue
            for each in rank(compared, terms).contrasts:
                yield each.of, each.over, each.ratio
