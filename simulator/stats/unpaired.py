"""How sure the ratio of two runs is: nothing pairs a round of one with a round of the other.

Between runs lie hours or weeks, so the rounds are two independent samples, whose scatter need not be the same. That
is the case of B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
involved", Biometrika 34 (1947), with the degrees of freedom of his equation 29 (also Satterthwaite, 1946).
Logarithms are worked on, since throughputs scatter by a factor.

A few rounds say little of their own scatter, but a run has many cells. So the scatter of each is moderated by that of
all (`moderation`).

All functions work on arrays of any shape whose last axis are the cells of a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.stats.intervals import FEWEST_FOR_INTERVAL
from simulator.stats.moderation import moderated

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scattered:
    """What the rounds of each cell of one run come to, by their logarithms."""

    mean: Floats
    variance: Floats
    """Of one round."""
    degrees: Floats
    """Of freedom of that variance."""
    rounds: Floats


@dataclass(frozen=True)
class Differences:
    """Of the means of two runs, cell by cell."""

    mean: Floats
    error: Floats
    """Standard error of the mean."""
    degrees: Floats

    @cached_property
    def reach(self) -> Floats:
        """Half the width of the 95 % interval."""
        from scipy.special import stdtrit  # noqa: PLC0415 - who only reads a result need not wait for it

        return np.asarray(stdtrit(self.degrees, 0.975) * self.error)

    def below(self, limit: Floats) -> Floats:
        """Return the P-values of the hypotheses that the true differences are not below a limit each."""
        # Where there is no scatter at all, the difference is what it is.
        error = np.maximum(self.error, np.finfo(float).tiny)
        from scipy.special import stdtr  # noqa: PLC0415 - who only reads a result need not wait for it

        return np.asarray(stdtr(self.degrees, (self.mean - limit) / error))

    def above(self, limit: Floats) -> Floats:
        """Return the P-values of the hypotheses that the true differences are not above a limit each."""
        return Differences(-self.mean, self.error, self.degrees).below(-limit)


def scattered(logs: Sequence[Sequence[float]], first: int | None = None) -> Scattered:
    """Return what the rounds of each cell come to, the scatter of each by itself.

    Args:
        logs: of each cell its rounds in order, at least three.
        first: of a run that went on until its intervals were narrow enough, how many rounds it did before it asked:
            as in `intervals`, the scatter is that of these, and no less than that of all.
    """
    rounds = np.array([len(values) for values in logs], dtype=float)
    table = np.full((len(logs), int(rounds.max())), np.nan)
    for row, values in zip(table, logs, strict=True):
        row[: len(values)] = values
    of_all = np.nanvar(table, axis=1, ddof=1)
    if first is None:
        return Scattered(np.nanmean(table, axis=1), of_all, rounds - 1, rounds)
    known = max(first, FEWEST_FOR_INTERVAL)
    of_first = np.nanvar(table[:, :known], axis=1, ddof=1)
    degrees = np.minimum(rounds, known) - 1
    return Scattered(np.nanmean(table, axis=1), np.maximum(of_first, of_all), degrees, rounds)


def differences(b: Scattered, a: Scattered) -> Differences:
    """Return B less A, the scatter of each cell moderated by that of its run."""
    parts = []
    for run in (b, a):
        variance, degrees = moderated(run.variance, run.degrees)
        parts.append((variance / run.rounds, degrees))
    (of_b, degrees_b), (of_a, degrees_a) = parts
    whole = of_b + of_a
    # Shares of the variance, since squares of tiny variances would vanish.
    share = np.divide(of_b, whole, out=np.full_like(whole, 0.5), where=whole > 0)
    degrees = 1 / (share**2 / degrees_b + (1 - share) ** 2 / degrees_a)
    return Differences(b.mean - a.mean, np.sqrt(whole), degrees)


def rejected(p_values: Sequence[float], level: float) -> list[bool]:
    """Return which hypotheses are rejected when the chance of a wrong one among all is to be at most this level.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
    """
    found = [False] * len(p_values)
    for left, index in zip(range(len(p_values), 0, -1), np.argsort(p_values, kind="stable"), strict=True):
        if p_values[index] > level / left:
            break
        found[index] = True
    return found
