"""How sure a ratio is: 95 % intervals from a few rounds.

Throughputs of one cell scatter by a factor, not by an amount, and drift with the machine's speed, which hits all
cells of a round alike. So ratios are paired by round and worked on as logarithms, with Student's t.

A run that goes on until its intervals are narrow enough would, with that, stop where the scatter happens to look
small, and cover less than 95 %. There the scatter is that of the first rounds, whatever their number was planned to
be, and never less than that of all rounds so far:

    half-width after n rounds = max(t(n0 - 1) · s(n0), t(n - 1) · s(n)) / √n

The first alone is the two-stage procedure of Stein (A two-sample test for a linear hypothesis whose power is
independent of the variance, Annals of Mathematical Statistics 16, 1945), exact for normal logarithms since s(n0) says
nothing about the mean. So does no other s(n): the larger of both covers at least as much, wherever it stops. It is
needed because real rounds are not normal. Of 3 to 5 first rounds often none is far off, and Stein's interval alone
then covers 87 to 93 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt
from typing import Literal

import numpy as np

FEWEST_FOR_INTERVAL = 3


@dataclass(frozen=True)
class Interval:
    """A median and the 95 % interval around it; with fewer than three rounds the range, which `kind` says."""

    median: float
    low: float
    high: float
    kind: Literal["interval", "range"] = "interval"
    rounds: int | None = None
    """How many made it; null in documents that do not say it."""


def interval(values: Sequence[float], first: int | None = None, together: int = 1) -> Interval | None:
    """Return the median of positive values with its 95 % interval, or their range when there are fewer than three.

    Null where there is no value.

    Args:
        values: of each round, in the order of the rounds.
        first: of a run that goes on until its intervals are narrow enough: how many rounds it does before it asks;
            null: the number of rounds was fixed beforehand.
        together: intervals that are to hold together in 95 % of cases (Bonferroni).
    """
    if not values:
        return None
    middle = float(np.median(values))
    if len(values) < FEWEST_FOR_INTERVAL:
        return Interval(middle, min(values), max(values), "range", len(values))
    logs = np.log(np.asarray(values))
    mean = float(logs.mean())
    # With fewer rounds than were to come first, nothing has been asked of them yet: all of them are the first.
    half = _scatter(logs, min(first or len(logs), len(logs)), together) / sqrt(len(logs))
    low, high = exp(mean - half), exp(mean + half)
    # The median stands in the middle of what is shown, so the interval is never drawn beside it.
    return Interval(middle, min(low, middle), max(high, middle), rounds=len(logs))


def paired_ratio(
    numerator: Sequence[float], denominator: Sequence[float], first: int | None = None, together: int = 1
) -> Interval | None:
    """Return the interval of numerator / denominator, element i of both being of the same round, rounds in order."""
    return interval(
        [exp(log(a) - log(b)) for a, b in zip(numerator, denominator, strict=True)], first, together
    )


def differs(ratio: Interval | None) -> bool:
    """Whether a ratio's interval excludes 1. A range of fewer than three rounds proves nothing."""
    return surely_above(ratio, 1) or surely_below(ratio, 1)


def surely_above(ratio: Interval | None, limit: float) -> bool:
    """Whether all of a ratio's interval lies above a limit; likewise."""
    return ratio is not None and ratio.kind == "interval" and ratio.low > limit


def surely_below(ratio: Interval | None, limit: float) -> bool:
    """Whether all of it lies below; likewise."""
    return ratio is not None and ratio.kind == "interval" and ratio.high < limit


@cache
def t_quantile(degrees: float, share: float) -> float:
    """Return a quantile of Student's t; the degrees of freedom, more than 0, need not be whole."""
    from scipy import special  # noqa: PLC0415 - who only reads a result need not wait for it

    return float(special.stdtrit(degrees, share))


def _spread(logs: np.ndarray) -> float:
    return float(logs.std(ddof=1))


def _scatter(logs: np.ndarray, first: int, together: int) -> float:
    """Return what divided by √n is half the width: t times the standard deviation, of the first rounds or of all."""
    first = max(first, FEWEST_FOR_INTERVAL)
    share = 1 - 0.025 / together
    return max(t_quantile(n - 1, share) * _spread(logs[:n]) for n in (first, len(logs)))
