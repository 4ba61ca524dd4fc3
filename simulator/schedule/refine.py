"""More parse costs where the answer lies: rounds of all that is listed, then of costs in the gaps where it flips.

A crossover is known as well as the costs around it are close. So after the planned rounds, for each combination of the
other levels, the gap in which the ratio of two strategies last rises through 1 + margin is halved by a cost that is
new, which gets as many rounds; and then once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, log1p
from statistics import fmean

from simulator.result.repetition import Repetition
from simulator.schedule.allowance import Allowance
from simulator.schedule.block import Block
from simulator.schedule.interface import Key, Next
from simulator.schedule.rounds import Goal, Rounds

STEPS = 2
"""How often a gap is halved."""


@dataclass(frozen=True)
class Cost:
    """One parse cost of a row."""

    cost_s: float
    """As it is asked for."""
    block: Block
    strategies: Mapping[str, str]
    """Names and cell ids."""
    listed: bool
    """By the scenario: measured in any case."""


@dataclass(frozen=True)
class Row:
    """All parse costs of one combination of the other levels, rising."""

    costs: tuple[Cost, ...]
    pairs: tuple[tuple[str, str], ...]
    """Strategies whose crossover is looked for: the one that may win at higher costs, and the other."""


class Refine:
    """The rounds of listed costs, then of new ones.

    Args:
        rows: of the cells that can run.
        goal: how many rounds of a cost are enough.
        seed: fixes the order in each pass.
        margin: the smallest difference that matters.
        allowance: what limits the rounds beyond the planned ones.
        rerun: do disturbed rounds again.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        goal: Goal,
        seed: int,
        margin: float,
        allowance: Allowance,
        *,
        rerun: bool = True,
    ) -> None:
        self._rows = tuple(rows)
        self._goal, self._seed, self._margin = goal, seed, margin
        self._allowance, self._rerun = allowance, rerun

    def next(self, done: Sequence[Repetition]) -> Next | None:
        """Return the next repetition of what was chosen so far, or of what is chosen now."""
        return next(
            (found for rounds in self._stages(done) if (found := rounds.next(done)) is not None), None
        )

    def discarded(self, done: Sequence[Repetition]) -> frozenset[Key]:
        """Return the repetitions of disturbed rounds that are done again."""
        return self._last(done).discarded(done)

    def remaining(self, done: Sequence[Repetition]) -> Mapping[str, int]:
        """Return cell id -> repetitions left of the costs chosen so far."""
        return self._last(done).remaining(done)

    def _last(self, done: Sequence[Repetition]) -> Rounds:
        *_, last = self._stages(done)
        return last

    def _stages(self, done: Sequence[Repetition]) -> Iterator[Rounds]:
        """Return rounds of listed costs, then of those chosen by their numbers too, and so on while all are done."""
        chosen = [[cost for cost in row.costs if cost.listed] for row in self._rows]
        for step in range(STEPS + 1):
            rounds = Rounds(
                [cost.block for row in chosen for cost in row],
                self._goal,
                self._seed,
                self._allowance,
                rerun=self._rerun,
            )
            yield rounds
            if step == STEPS or rounds.next(done) is not None:
                return
            more = [self._halving(row, known, done) for row, known in zip(self._rows, chosen, strict=True)]
            if not any(more) or not self._affordable(more, done):
                return
            chosen = [
                sorted([*known, *new], key=lambda cost: cost.cost_s)
                for known, new in zip(chosen, more, strict=True)
            ]

    def _halving(self, row: Row, known: Sequence[Cost], done: Sequence[Repetition]) -> list[Cost]:
        """Return the new costs of a row: of each gap in which a pair flips, the one nearest to its middle."""
        rates: dict[str, list[float]] = {}
        for r in done:
            if r.status == "ok" and r.measures is not None and r.measures.throughput_per_s > 0:
                rates.setdefault(r.cell_id, []).append(log(r.measures.throughput_per_s))
        found: dict[float, Cost] = {}
        for faster, slower in row.pairs:
            measured = [
                (cost, fmean(rates[cost.strategies[faster]]) - fmean(rates[cost.strategies[slower]]))
                for cost in known
                if cost.strategies.get(faster) in rates and cost.strategies.get(slower) in rates
            ]
            gaps = [
                (low.cost_s, high.cost_s)
                for (low, below), (high, above) in pairwise(measured)
                if below <= log1p(self._margin) < above
            ]
            if gaps:
                new = self._middle(row, known, *gaps[-1])
                found |= {} if new is None else {new.cost_s: new}
        return list(found.values())

    @staticmethod
    def _middle(row: Row, known: Sequence[Cost], low_s: float, high_s: float) -> Cost | None:
        taken = {cost.cost_s for cost in known}
        inside = [cost for cost in row.costs if low_s < cost.cost_s < high_s and cost.cost_s not in taken]
        middle = log(low_s * high_s) / 2 if low_s > 0 else log(high_s / 2)
        return min(inside, key=lambda cost: abs(log(cost.cost_s) - middle), default=None)

    def _affordable(self, more: Sequence[Sequence[Cost]], done: Sequence[Repetition]) -> bool:
        counts = {cell: self._goal.planned for row in more for cost in row for cell in cost.block.cells}
        return self._allowance.affords(done, counts)
