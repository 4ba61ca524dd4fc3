"""A sequential search for the best cell, which spends repetitions where they decide.

It rests on one property: along a line, that is one strategy with rising in_flight, the goal has one peak. More in
flight overlaps more waiting until something else is the limit, and from there on only costs. Three stages, each of
passes in which a cell is run once, and in all but the first the leader is among them, so that every pass can be
compared with every other:

scout   each line at its greatest and at its middle in_flight
climb   lines that come near the best: the neighbours of their best cell, until it has none that is untried
race    the cells that come nearest, the runner-up in any case, interleaved; those are dropped that are told apart
        from the leader (racing: Maron & Moore, Hoeffding Races, NIPS 1993, here with paired t intervals, each look
        at which may err for its part of the 5 %), until one is left, or those left differ by less than anyone would
        mind, or the repetitions or the time are used up
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from random import Random

from simulator.analysis.goals import DISTURBED_WEIGHT, LOOKS, lead, scores
from simulator.measures.measure import Measure
from simulator.result.repetition import Repetition
from simulator.schedule.allowance import Allowance
from simulator.schedule.block import broken
from simulator.schedule.interface import Key, Next
from simulator.schedule.reason import Climbing, Racing, Reason, Scouting
from simulator.stats.intervals import Interval
from simulator.stats.layout import fit

NEAR = log(1 / 0.75)
"""Lines whose best cell comes this near to the best of all are climbed."""
CLOSE = log(1 / 0.88)
"""Cells that come this near to the best are raced."""
FINALISTS = 4
RACE_FIRST = 3
"""Rounds of a race before anybody is dropped: an interval needs as many."""
RACE_MOST = RACE_FIRST + LOOKS - 1


@dataclass(frozen=True)
class Candidate:
    """One cell of the search."""

    cell_id: str
    line: str
    """The strategy, with its parallelism where that varies: along it only in_flight rises."""
    in_flight: int
    label: str
    """What progress calls it."""


@dataclass(frozen=True)
class _Known:
    """What the repetitions so far say."""

    scored: Mapping[Key, float]
    weights: Mapping[Key, float]
    effect: Mapping[str, float]
    settled: frozenset[str]
    """Cells that need no first try any more: measured well enough, or given up."""
    usable: frozenset[str]

    @property
    def leader(self) -> str:
        return max(self.effect, key=lambda cell: (self.effect[cell], cell))


class Tune:
    """The search as a schedule.

    Args:
        candidates: all cells that may be chosen.
        goal: what is to be best; one that ranks.
        most: repetitions that may be spent.
        seed: fixes the order within a pass.
        allowance: time that may be spent.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        goal: Measure,
        *,
        most: int,
        seed: int,
        allowance: Allowance | None = None,
    ) -> None:
        self._by_id = {candidate.cell_id: candidate for candidate in candidates}
        self._lines: dict[str, list[str]] = defaultdict(list)
        for candidate in sorted(candidates, key=lambda c: c.in_flight):
            self._lines[candidate.line].append(candidate.cell_id)
        self._goal = goal
        self._most = most
        self._seed = seed
        self._allowance = allowance or Allowance(None, {})

    def next(self, done: Sequence[Repetition]) -> Next | None:
        """Return the next repetition of the current pass, or of the next one if the search is not at its end."""
        if len(done) >= self._most and not self._in_pass(done):
            return None
        current = max((r.round for r in done), default=0)
        for pass_ in (current, current + 1) if done else (0,):
            wanted, why = self._wanted([r for r in done if r.round < pass_])
            ran = {r.cell_id for r in done if r.round == pass_}
            left = [cell for cell in wanted if cell not in ran]
            if not left or (pass_ > current and self._spent(done, left)):
                continue
            Random(f"{self._seed}:{pass_}").shuffle(left)  # noqa: S311 - an order, not a secret
            return Next(left[0], pass_, why)
        return None

    def discarded(self, done: Sequence[Repetition]) -> frozenset[Key]:
        """Return nothing: a disturbed repetition counts for less, and its cell is tried again where it matters."""
        del done
        return frozenset()

    def remaining(self, done: Sequence[Repetition]) -> Mapping[str, int]:
        """Return what is left of the current pass, and of a race of the cells that would be raced now."""
        current = max((r.round for r in done), default=0)
        ran = {r.cell_id for r in done if r.round == current}
        wanted, _ = self._wanted([r for r in done if r.round < current])
        left = {cell: 1 for cell in wanted if cell not in ran}
        known = self._known(done)
        if known.effect:
            for cell in self._finalists(known):
                tries = sum(key[0] == cell for key in known.scored)
                left[cell] = left.get(cell, 0) + max(0, RACE_FIRST - tries)
        spare = max(0, self._most - len(done))
        kept: dict[str, int] = {}
        for cell, count in left.items():
            kept[cell] = min(count, spare)
            spare -= kept[cell]
        return {cell: count for cell, count in kept.items() if count}

    def _in_pass(self, done: Sequence[Repetition]) -> bool:
        """Whether the last pass still lacks cells: a half-run pass compares nothing."""
        current = max((r.round for r in done), default=0)
        wanted, _ = self._wanted([r for r in done if r.round < current])
        return not {*wanted} <= {r.cell_id for r in done if r.round == current}

    def _spent(self, done: Sequence[Repetition], wanted: Sequence[str]) -> bool:
        return len(done) + len(wanted) > self._most or not self._allowance.affords(
            done, dict.fromkeys(wanted, 1)
        )

    def _wanted(self, done: Sequence[Repetition]) -> tuple[tuple[str, ...], Reason]:
        """Return the cells of the next pass, and why, from all passes before it."""
        known = self._known(done)
        scouts = [
            cell
            for line in self._lines.values()
            for cell in dict.fromkeys((line[-1], line[(len(line) - 1) // 2]))
            if cell not in known.settled
        ]
        if scouts:
            return self._with_leader(scouts, known), Scouting()
        if not known.effect:
            return (), Scouting()
        climbs = self._climbs(known)
        if climbs:
            names = tuple(self._by_id[cell].label for cell in climbs)
            return self._with_leader(climbs, known), Climbing(names)
        return self._race(known)

    def _known(self, done: Sequence[Repetition]) -> _Known:
        scored = scores(self._goal, done)
        clean = {(r.cell_id, r.round) for r in done if not r.disturbed}
        weights = {key: 1.0 if key in clean else DISTURBED_WEIGHT for key in scored}
        effect = fit(scored, weights).effects if scored else {}
        tries: dict[str, int] = defaultdict(int)
        for r in done:
            tries[r.cell_id] += 1
        settled = {cell for cell, _ in scored if (any(k in clean for k in scored if k[0] == cell))}
        # A cell that gave nothing usable twice will not do so the third time.
        settled |= {cell for cell, count in tries.items() if count > 1} | broken(done)
        return _Known(scored, weights, effect, frozenset(settled), frozenset(effect))

    def _climbs(self, known: _Known) -> list[str]:
        best = known.effect[known.leader]
        found: list[str] = []
        for line in self._lines.values():
            measured = [cell for cell in line if cell in known.effect]
            if not measured:
                continue
            top = max(measured, key=lambda cell: known.effect[cell])
            if best - known.effect[top] > NEAR:
                continue
            at = line.index(top)
            found += [cell for cell in line[max(0, at - 1) : at + 2] if cell not in known.settled]
        return found

    def _race(self, known: _Known) -> tuple[tuple[str, ...], Reason]:
        finalists = self._finalists(known)
        leader = known.leader
        racing: list[str] = []
        rivals: list[tuple[str, Interval | None]] = []
        for cell in finalists:
            if cell == leader:
                continue
            told = lead(known.scored, known.weights, leader, cell)
            ratio = told.ratio
            if (
                ratio is not None
                and ratio.kind == "interval"
                and (ratio.low > 1 or told.verdict == "as fast")
            ):
                continue
            if ratio is not None and (ratio.rounds or 0) >= RACE_MOST:
                continue
            racing.append(cell)
            rivals.append((self._by_id[cell].label, ratio))
        reason = Racing(self._by_id[leader].label, tuple(rivals))
        return ((leader, *racing), reason) if racing else ((), reason)

    def _finalists(self, known: _Known) -> list[str]:
        best = known.effect[known.leader]
        ranked = sorted(known.usable, key=lambda cell: (-known.effect[cell], cell))
        near = [cell for cell in ranked if best - known.effect[cell] <= CLOSE]
        # The runner-up always: how sure the choice is can only be said of two that ran side by side.
        return (near if len(near) > 1 else ranked[:2])[:FINALISTS]

    @staticmethod
    def _with_leader(cells: Sequence[str], known: _Known) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*((known.leader,) if known.effect else ()), *cells)))
