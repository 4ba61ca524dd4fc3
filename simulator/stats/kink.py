"""From which cost on one way of working surely beats another, where a resource that only one can use runs full.

Both ways do N jobs at a time. As long as a job mostly waits, both do as many as waiting allows, and their ratio is 1
but for small things. From the cost on at which the slower one's single resource runs full, the ratio rises as that cost
does, until the faster one's cores run full too. So over the cost the ratio has a kink, rounded by queueing, and a chord
drawn between two measured costs finds the last cost before the kink instead. The shape is

    rate = least(waiting, p, capacity / demand)     least(a, b, p) = (a^-p + b^-p)^(-1/p)

with `waiting`, and for each way the rate that its own capacity allows, known from what single jobs need (the bounds of
operational analysis: Denning & Buzen, The operational analysis of queueing network models, Computing Surveys 10, 1978).
Unknown are how much of its CPU the slower way really needs of the single resource (S), how much of the cores the
faster one gets (T), how much queueing rounds the kink (P), and a constant factor between both. All are fitted at once.

The interval of the crossover is its profile: those costs at which the best shape that crosses there is, by the F
distribution, not told from the best shape of all. What is left between shape and means beside the scatter of the
rounds is tested; where the shape does not fit, nothing is said by it, and the costs between which the crossover lies
are those at which the intervals of the ratios themselves lie on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval, t_quantile

Array = NDArray[np.float64]

S = np.geomspace(0.35, 1.8, 200)
T = np.geomspace(0.7, 1.5, 40)
P = np.array([1.5, 3.0, 6.0, 12.0, 40.0, 400.0])
FREE = 4
"""Of what is fitted."""
STEPS = 220
"""Costs at which a crossover is looked for."""
UNLIKE = 0.008
"""By how much the shape may be off although all is well, as a logarithm: it is a model."""
RISING = 0.02
"""Least rise of the logarithm of the ratio with that of the cost where it counts as crossing."""
PRIOR = 2.0
"""Degrees of freedom of the mean variance over the costs, beside that of each."""
SURE = 0.95
FITS = 0.95
"""Of shapes that are right, the share that passes the test."""
MOST = 3_000
"""Shapes that are looked at closely."""
CURVE = 24
"""Points of the line that is drawn."""


@dataclass(frozen=True)
class Rates:
    """What physics allows at each measured cost, in jobs per second, costs rising."""

    costs_s: tuple[float, ...]
    waiting: tuple[float, ...]
    """In flight over the time of one job alone."""
    single: tuple[float, ...]
    """The slower way: one over its CPU per job."""
    cores: tuple[float, ...]
    """The faster way: cores over its CPU per job."""


@dataclass(frozen=True)
class Kink:
    """A crossover by the fitted shape."""

    cost_s: float | None
    """Null: the best shape crosses at no cost between the lowest and the highest."""
    low_s: float | None
    """Null: it may lie below the lowest cost."""
    high_s: float | None
    """Null: it may lie above the highest cost."""
    curve: tuple[tuple[float, float], ...]
    """The fitted ratio over the cost, in seconds."""


@dataclass(frozen=True)
class Stages:
    """Ratios at rising costs, as logarithms."""

    costs_s: tuple[float, ...]
    means: Array
    variances: Array
    """Of the means."""
    degrees: float
    """Of the variances together."""
    own: tuple[float, ...]
    """Degrees of freedom of each."""
    rounds: tuple[int, ...]

    @property
    def ratios(self) -> list[Interval]:
        """The ratio at each cost; all intervals hold together."""
        share = 1 - (1 - SURE ** (1 / len(self.costs_s))) / 2
        halves = [t_quantile(own, share) * sqrt(v) for own, v in zip(self.own, self.variances, strict=True)]
        return [
            Interval(exp(m), exp(m - h), exp(m + h), rounds=n)
            for m, h, n in zip(self.means, halves, self.rounds, strict=True)
        ]

    def sides(self, ratio: float) -> tuple[list[bool], list[bool]]:
        """Return at which costs the ratio is surely below, and surely above this one; all of it holds together."""
        return [each.high < ratio for each in self.ratios], [each.low > ratio for each in self.ratios]


def stages(
    costs_s: Sequence[float], logs: Sequence[Sequence[float]], first: int | None = None
) -> Stages | None:
    """Return the means and how sure they are; null with fewer than two costs, or than three rounds at one.

    Args:
        costs_s: rising.
        logs: of each cost, the logarithms of the ratio, one a round.
        first: of a run that goes on until its intervals are narrow: the scatter is that of so many first rounds, and
            never less than that of all.
    """
    if len(costs_s) < 2 or any(len(each) < FEWEST_FOR_INTERVAL for each in logs):  # noqa: PLR2004 - from one to another
        return None
    counts = np.array([len(each) for each in logs], float)
    count_first = max(first or 0, FEWEST_FOR_INTERVAL)
    variances = np.array(
        [max(np.var(each, ddof=1), np.var(each[:count_first], ddof=1) if first else 0.0) for each in logs]
    )
    common = float((variances * (counts - 1)).sum() / (counts - 1).sum())
    moderated = (PRIOR * common + (counts - 1) * variances) / (PRIOR + counts - 1)
    return Stages(
        tuple(costs_s),
        np.array([np.mean(each) for each in logs]),
        np.maximum(moderated, 1e-12) / counts,
        float((counts - 1).sum()),
        tuple(float(count - 1 + PRIOR) for count in counts),
        tuple(map(int, counts)),
    )


def fit(rates: Rates, found: Stages, margin: float) -> Kink | None:
    """Return the crossover by the fitted shape; null where the shape does not fit what was measured.

    Args:
        rates: of the same costs.
        found: the measured ratios of the faster way over the slower one.
        margin: the ratio that counts as beating is 1 + margin.
    """
    from scipy import special  # noqa: PLC0415 - who only reads a result need not wait for it

    weights = 1 / (found.variances + UNLIKE**2)
    total = weights.sum()
    apart = found.means - _coarse(rates)
    offsets = (apart @ weights) / total
    squares = (apart - offsets[:, None]) ** 2 @ weights
    best = int(squares.argmin())
    left = max(1, len(rates.costs_s) - FREE)
    if squares[best] / left > special.fdtri(left, found.degrees, FITS):
        return None
    far = squares[best] + special.fdtri(1, found.degrees, SURE)
    # Where a shape crosses can only make it fit worse: those that do not fit as they are need not be looked at.
    near = np.flatnonzero(squares <= far)
    near = near[:: max(1, len(near) // MOST)]
    costs = np.array(rates.costs_s)
    at = np.geomspace(costs[0], costs[-1], STEPS)
    rows = np.append(near, best)
    waiting, single, cores = (
        _between(at, costs, known) for known in (rates.waiting, rates.single, rates.cores)
    )
    fine = _ratios(waiting, single, cores, rows)
    rising = np.gradient(fine, np.log(at), axis=1) > RISING
    # The offset is what makes a shape cross at a cost; the sum of squares is then a parabola in it.
    needed = log1p(margin) - fine
    profile = (apart[rows] ** 2 @ weights)[:, None] - needed * (
        2 * (apart[rows] @ weights)[:, None] - needed * total
    )
    inside = np.flatnonzero(np.where(rising, profile, np.inf).min(0) <= far)
    curve = np.exp(offsets[best] + fine[-1])
    crossing = np.flatnonzero((curve[1:] > 1 + margin) & (curve[:-1] <= 1 + margin))
    step = (at[1] / at[0]) * exp(UNLIKE)  # of the grid, and of what a shape may be off
    every = max(1, len(at) // CURVE)
    return Kink(
        cost_s=float(at[crossing[-1] + 1]) if len(crossing) else None,
        low_s=float(at[inside[0]] / step) if len(inside) and inside[0] > 0 else None,
        high_s=float(at[inside[-1]] * step) if len(inside) and inside[-1] < len(at) - 1 else None,
        curve=tuple((float(x), float(y)) for x, y in zip(at[::every], curve[::every], strict=True)),
    )


@lru_cache(maxsize=4)
def _coarse(rates: Rates) -> Array:
    """Return the logarithm of the ratio at the measured costs for every shape, a row each, but for a constant."""
    return _ratios(np.array(rates.waiting), np.array(rates.single), np.array(rates.cores))


def _ratios(waiting: Array, single: Array, cores: Array, rows: NDArray[np.intp] | None = None) -> Array:
    """Return the same at any costs, for some rows of it."""
    s, t, p = (axis.ravel()[:, None] for axis in np.meshgrid(S, T, P, indexing="ij"))
    if rows is not None:
        s, t, p = s[rows], t[rows], p[rows]
    return np.asarray(np.log(_least(waiting, cores / t, p)) - np.log(_least(waiting, single / s, p)))


def _between(at: Array, costs: Array, known: Sequence[float]) -> Array:
    return np.asarray(np.exp(np.interp(np.log(at), np.log(costs), np.log(known))))


def _least(a: Array, b: Array, p: Array) -> Array:
    smaller, greater = np.minimum(a, b), np.maximum(a, b)
    return np.asarray(smaller * (1 + (smaller / greater) ** p) ** (-1 / p))
