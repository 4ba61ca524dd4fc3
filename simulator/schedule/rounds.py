"""A fixed number of rounds: each runs every cell once, in an order shuffled anew."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from simulator.result.repetition import Repetition
from simulator.schedule.interface import Next


class FixedRounds:
    """Rounds 0, 1, 2 … until enough of them count.

    A round in which anything was disturbed from outside is done again, whole, since its ratios are paired by
    round; but at most as many extra rounds as were planned, after which disturbed rounds count too.

    Args:
        cell_ids: of the cells that can run.
        rounds: how many are to count.
        seed: fixes the order in each round.
    """

    def __init__(self, cell_ids: Sequence[str], rounds: int, seed: int) -> None:
        self._cells = tuple(cell_ids)
        self._rounds = rounds
        self._seed = seed

    def next(self, done: Sequence[Repetition]) -> Next | None:
        """Return the next cell of the current round, or of the next one if more rounds are needed."""
        alive = self._alive(done)
        if not alive:
            return None
        current = max((r.round for r in done), default=0)
        measured = {r.cell_id for r in done if r.round == current}
        for cell_id in self._order(current):
            if cell_id in alive and cell_id not in measured:
                return Next(cell_id, current)
        if self._counting(done) >= self._rounds:
            return None
        following = current + 1
        return Next(next(c for c in self._order(following) if c in alive), following)

    def discarded(self, done: Sequence[Repetition]) -> frozenset[int]:
        """Return the disturbed rounds for which there was another one to spare."""
        disturbed = sorted({r.round for r in done if r.disturbed})
        finished = max((r.round for r in done), default=-1)
        return frozenset(
            round_ for round_ in disturbed[: self._rounds] if round_ < finished or self._whole(done)
        )

    def remaining(self, done: Sequence[Repetition]) -> int:
        """Return the repetitions left of this round and of those still needed."""
        alive = self._alive(done)
        current = max((r.round for r in done), default=0)
        measured = {r.cell_id for r in done if r.round == current}
        left = sum(cell not in measured for cell in alive)
        dropped = {r.round for r in done if r.disturbed and r.round < current}
        counting = current + 1 - min(len(dropped), self._rounds)
        return left + max(0, self._rounds - counting) * len(alive)

    def _order(self, round_: int) -> list[str]:
        order = list(self._cells)
        Random(f"{self._seed}:{round_}").shuffle(order)  # noqa: S311 - an order, not a secret
        return order

    def _alive(self, done: Sequence[Repetition]) -> set[str]:
        broken = {r.cell_id for r in done if r.status in ("failed", "unsupported")}
        return set(self._cells) - broken

    def _whole(self, done: Sequence[Repetition]) -> bool:
        """Whether the last round has run every cell that still can run."""
        by_round = defaultdict(set)
        for repetition in done:
            by_round[repetition.round].add(repetition.cell_id)
        last = max(by_round, default=0)
        return self._alive(done) <= by_round[last]

    def _counting(self, done: Sequence[Repetition]) -> int:
        rounds = {r.round for r in done}
        return len(rounds) - len(self.discarded(done) & rounds)
