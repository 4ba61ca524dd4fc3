"""Rounds: passes over blocks of cells, each cell once, until every block has as many as its goal asks for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from simulator.result.repetition import Repetition
from simulator.schedule.allowance import Allowance
from simulator.schedule.block import Block, broken
from simulator.schedule.interface import Key, Next
from simulator.schedule.reason import AnotherRound, Imprecise


class Goal(Protocol):
    """How many rounds of a block are enough."""

    @property
    def planned(self) -> int:
        """Rounds that every block gets, whatever comes out of them."""

    def rounds(self, block: Block, counting: Sequence[Repetition]) -> tuple[int, Imprecise | None]:
        """Return the rounds wanted in all, at least `planned`, and the ratio that wants them, if one does.

        Args:
            block: whose rounds are asked for.
            counting: its repetitions so far that count.
        """


@dataclass(frozen=True)
class Fixed:
    """As many rounds as were planned, no more."""

    planned: int

    def rounds(self, block: Block, counting: Sequence[Repetition]) -> tuple[int, Imprecise | None]:
        """Return what was planned."""
        del block, counting
        return self.planned, None


class Rounds:
    """Passes 0, 1, 2 … over all blocks that want another round, in an order shuffled anew.

    A block's round in which anything was disturbed from outside is done again in a later pass, whole, since its
    ratios are paired by round; but at most as many extra rounds as were planned, and only if the allowance bears it:
    after that the least disturbed rounds count too. Planned rounds are run even where the allowance is used up.

    Args:
        blocks: of the cells that can run.
        goal: how many rounds are enough.
        seed: fixes the order in each pass.
        allowance: what limits the rounds beyond the planned ones.
        rerun: do disturbed rounds again; otherwise they count as they are.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        goal: Goal,
        seed: int,
        allowance: Allowance | None = None,
        *,
        rerun: bool = True,
    ) -> None:
        self._rerun = rerun
        self._blocks = tuple(blocks)
        self._goal = goal
        self._seed = seed
        self._allowance = allowance or Allowance(None, {})

    def next(self, done: Sequence[Repetition]) -> Next | None:
        """Return the next cell of the current pass, or of the next one if some block wants another round."""
        current = max((r.round for r in done), default=0)
        return self._next_in(current, done) or (self._next_in(current + 1, done) if done else None)

    def discarded(self, done: Sequence[Repetition]) -> frozenset[Key]:
        """Return the repetitions of disturbed rounds for which there was another one to spare."""
        dead = broken(done)
        found: set[Key] = set()
        for block in self._blocks:
            mine = _of(block, done)
            dropped = self._dropped(block, mine, done, dead)
            found |= {(r.cell_id, r.round) for r in mine if r.round in dropped and r.cell_id not in dead}
        return frozenset(found)

    def remaining(self, done: Sequence[Repetition]) -> Mapping[str, int]:
        """Return cell id -> repetitions left of the rounds begun and of those that are wanted now."""
        dead = broken(done)
        left: dict[str, int] = defaultdict(int)
        for block in self._blocks:
            mine = _of(block, done)
            counting, why = self._state(block, mine, done, dead)
            rounds = {r.round for r in counting}
            for cell in block.alive(dead):
                missing = len(rounds) - sum(r.cell_id == cell for r in counting)
                left[cell] = max(0, why.wanted - len(rounds)) + max(0, missing)
        return {cell: count for cell, count in left.items() if count}

    def _next_in(self, pass_: int, done: Sequence[Repetition]) -> Next | None:
        dead = broken(done)
        for index in self._shuffled(range(len(self._blocks)), f"{self._seed}:{pass_}"):
            block = self._blocks[index]
            mine = _of(block, done)
            ran = {r.cell_id for r in mine if r.round == pass_}
            to_run = [cell for cell in block.alive(dead) if cell not in ran]
            if not to_run:
                continue
            before = [r for r in mine if r.round < pass_]
            _, why = self._state(block, before, done, dead)
            have = why.number - 1
            enough = have >= why.wanted or (
                have >= self._goal.planned and not self._affords_another(block, done, dead)
            )
            if enough and not ran:  # a round that was begun is brought to its end
                continue
            order = self._shuffled(range(len(block.cells)), f"{self._seed}:{pass_}:{index}")
            following = next(block.cells[i] for i in order if block.cells[i] in to_run)
            return Next(following, pass_, why)
        return None

    def _state(
        self, block: Block, mine: Sequence[Repetition], done: Sequence[Repetition], dead: frozenset[str]
    ) -> tuple[list[Repetition], AnotherRound]:
        """Return a block's repetitions that count, and what another round would be good for."""
        dropped = self._dropped(block, mine, done, dead)
        counting = [r for r in mine if r.round not in dropped]
        wanted, imprecise = self._goal.rounds(block, counting)
        have = len({r.round for r in counting})
        again = len(dropped & {r.round for r in mine}) if have < self._goal.planned else 0
        return counting, AnotherRound(have + 1, wanted, again, None if again else imprecise)

    def _dropped(
        self, block: Block, mine: Sequence[Repetition], done: Sequence[Repetition], dead: frozenset[str]
    ) -> frozenset[int]:
        """Return the block's rounds that do not count: whole, disturbed, and to be done again."""
        alive = set(block.alive(dead))
        if not alive:
            return frozenset()
        ran: dict[int, set[str]] = defaultdict(set)
        worst: dict[int, float] = {}
        already = set()
        for r in mine:
            ran[r.round].add(r.cell_id)
            if r.disturbed:
                worst[r.round] = max(worst.get(r.round, 0.0), _taken(r))
            if r.status == "discarded":
                already.add(r.round)
        whole = {round_ for round_ in worst if alive <= ran[round_]} | already
        if whole == already or not self._rerun or not self._affords_another(block, done, dead):
            return frozenset(already)
        # What disturbs is outside, and says nothing of the numbers: the least disturbed rounds count.
        most = sorted(whole, key=lambda round_: (-worst.get(round_, 0.0), round_))
        return frozenset(most[: self._goal.planned])

    def _affords_another(self, block: Block, done: Sequence[Repetition], dead: frozenset[str]) -> bool:
        """Whether one more round of this block fits beside the rounds that all blocks are sure to get."""
        if self._allowance.budget_s is None:
            return True
        ran = Counter(r.cell_id for r in done if r.status != "discarded")
        counts = {
            cell: max(0, self._goal.planned - ran[cell]) + (other is block)
            for other in self._blocks
            for cell in other.alive(dead)
        }
        return self._allowance.affords(done, counts)

    @staticmethod
    def _shuffled(indices: range, seed: str) -> list[int]:
        order = list(indices)
        Random(seed).shuffle(order)  # noqa: S311 - an order, not a secret
        return order


def _taken(repetition: Repetition) -> float:
    """Return the share of the machine that was taken from outside."""
    about = repetition.measures.disturbance if repetition.measures is not None else None
    return 0.0 if about is None else (about.steal or 0.0) + (about.foreign or 0.0)


def _of(block: Block, done: Sequence[Repetition]) -> list[Repetition]:
    members = set(block.cells)
    return [r for r in done if r.cell_id in members]
