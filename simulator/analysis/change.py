"""By how much something changed from run A to run B, beyond what the machine's own change may explain.

How much of a change of the machine's speed a cell feels is not known, but bounded: between nothing and the share of
its window that anything of it was on CPU or waited for a core. So the change is looked at uncorrected, and corrected
round by round as if all of that share had followed the interpreter's speed, or the memory's; what is known of it is
from the least to the most that any of these intervals holds. (Between them means are linear and errors convex in the
exponents: nothing lies beyond.) The memory's speed enters only where it changed for certain, which a neighbour's
streaming does: few programs live off memory alone, and its scatter would hide what changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import median

import numpy as np

from simulator.analysis.comparable import Rounds
from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval
from simulator.stats.unpaired import Differences, differences, scattered

ByRound = Mapping[int, float]
Firsts = tuple[int | None, int | None]
"""Of runs A and B: `MeasuredRun.first`."""


@dataclass(frozen=True)
class Way:
    """One way to compare a cell."""

    a: Rounds
    b: Rounds
    power: int
    """How the values follow the machine's speed where all is computing: 1, -1, or 0 for not at all."""
    felt: float
    """The largest share of it that they may follow."""
    work: float | None
    """Parsing per page in B over that in A, by the calibrations: felt like the machine's speed. Null: not known."""

    @property
    def missing(self) -> str:
        """Why nothing can be told of it; empty where something can."""
        sides = (("A", self.a.missing), ("B", self.b.missing))
        return "; ".join(f"in {name} {why}" for name, why in sides if why is not None)


@dataclass(frozen=True)
class Change:
    """Ratios are B / A."""

    ratio: Interval
    adjusted: Interval
    cpu: Interval | None
    """Of the machine's speed; null where both sides had the same."""
    memory: Interval | None
    p_lower: float
    """Chance of it, or of less, were the true change just the tolerated fall."""
    p_higher: float
    """Likewise of the tolerated rise."""

    @property
    def reach(self) -> float:
        """Half the width of what is known, of the logarithm."""
        return log(self.adjusted.high / self.adjusted.low) / 2


def changes(ways: Mapping[str, Way], firsts: Firsts, tolerance: float) -> dict[str, Change]:
    """Return the change of each cell; the scatter of each is moderated by that of all that are given.

    Args:
        ways: by cell, all of the same measure, with at least three rounds on both sides.
        firsts: of the two runs.
        tolerance: as a share.
    """
    if not ways:
        return {}
    each = [*ways.values()]
    cpu = _between([way.a.cpu for way in each], [way.b.cpu for way in each], firsts)
    memory = _memory(each, firsts)
    felt = [way.power * way.felt for way in each]
    moved = [
        power if found is not None and not found.low <= 1 <= found.high else 0.0
        for power, found in zip(felt, memory, strict=True)
    ]
    raw = _look(each, firsts, [0.0] * len(each))
    looks = (raw, _look(each, firsts, felt), _look(each, firsts, moved, of_memory=True))
    by_work = np.array([power * log(way.work or 1.0) for power, way in zip(felt, each, strict=True)])
    least, most = np.minimum(by_work, 0), np.maximum(by_work, 0)
    low = np.min([look.mean - look.reach for look in looks], axis=0) + least
    high = np.max([look.mean + look.reach for look in looks], axis=0) + most
    explained = np.array([look.mean - raw.mean for look in looks])
    p_lower = np.max([look.below(log(1 - tolerance) - most) for look in looks], axis=0)
    p_higher = np.max([look.above(log(1 + tolerance) - least) for look in looks], axis=0)
    found = {}
    for i, (name, way) in enumerate(ways.items()):
        ratio = _interval(way.a.values, way.b.values, raw, i)
        middle = _nearest_none(
            log(ratio.median) + explained[:, i].min() + least[i],
            log(ratio.median) + explained[:, i].max() + most[i],
        )
        # The median stands in the middle of what is shown, so the interval is never drawn beside it.
        adjusted = Interval(exp(middle), exp(min(low[i], middle)), exp(max(high[i], middle)))
        speed = _interval(way.a.cpu, way.b.cpu, cpu, i)
        found[name] = Change(ratio, adjusted, speed, memory[i], float(p_lower[i]), float(p_higher[i]))
    return found


def between(a: ByRound, b: ByRound) -> Interval | None:
    """Return the ratio of two samples of positive values; null where either has none.

    With fewer than three values on a side it is the range of all ratios, which says so.
    """
    if not a or not b:
        return None
    if min(len(a), len(b)) < FEWEST_FOR_INTERVAL:
        middle = median(b.values()) / median(a.values())
        return Interval(middle, min(b.values()) / max(a.values()), max(b.values()) / min(a.values()), "range")
    return _interval(a, b, _between([a], [b], (None, None)), 0)


def _look(
    ways: Sequence[Way], firsts: Firsts, powers: Sequence[float], *, of_memory: bool = False
) -> Differences:
    """Return the differences of the logarithms when so much of the machine's speed is taken out, round by round."""

    def logs(rounds: Rounds, power: float) -> list[float]:
        speeds = rounds.memory if of_memory else rounds.cpu
        return [
            log(value) - (power * log(speeds[round_]) if power else 0.0)
            for round_, value in rounds.values.items()
        ]

    a = [logs(way.a, power) for way, power in zip(ways, powers, strict=True)]
    b = [logs(way.b, power) for way, power in zip(ways, powers, strict=True)]
    return differences(scattered(b, firsts[1]), scattered(a, firsts[0]))


def _between(a: Sequence[ByRound], b: Sequence[ByRound], firsts: Firsts) -> Differences:
    logs_a, logs_b = ([[log(value) for value in cell.values()] for cell in cells] for cells in (a, b))
    return differences(scattered(logs_b, firsts[1]), scattered(logs_a, firsts[0]))


def _memory(ways: Sequence[Way], firsts: Firsts) -> list[Interval | None]:
    """Return how the memory's speed changed around each cell; null where either run did not take it."""
    there = [i for i, way in enumerate(ways) if way.a.memory and way.b.memory]
    found: list[Interval | None] = [None] * len(ways)
    if there:
        a, b = [ways[i].a.memory for i in there], [ways[i].b.memory for i in there]
        speeds = _between(a, b, firsts)
        for position, i in enumerate(there):
            found[i] = _interval(a[position], b[position], speeds, position)
    return found


def _interval(a: ByRound, b: ByRound, found: Differences, i: int) -> Interval:
    """Return the ratio of the medians with the interval around that of the geometric means."""
    middle = median(b.values()) / median(a.values())
    low, high = (exp(found.mean[i] + sign * found.reach[i]) for sign in (-1, 1))
    return Interval(middle, min(low, middle), max(high, middle))


def _nearest_none(low: float, high: float) -> float:
    """Return what of a range is nearest to no change."""
    return min(max(low, 0.0), high)
