"""How sure a ratio is: 95 % intervals from a few rounds.

Throughputs of one cell scatter by a factor, not by an amount, and drift with the machine's speed, which hits all
cells of a round alike. So ratios are paired by round and worked on as logarithms: below 10 rounds with Student's t,
from 10 on with the bootstrap-t (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5), which
does not assume that the logarithms are normal. (A percentile bootstrap over 3 values covers 75 %, not 95 %.)

A run that goes on until its intervals are narrow enough would, with those, stop where the scatter happens to look
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
from math import ceil, cos, exp, log, log1p, pi, sin, sqrt, tan
from typing import Literal

import numpy as np

BOOTSTRAP_FROM = 10
FEWEST_FOR_INTERVAL = 3
RESAMPLES = 4000


@dataclass(frozen=True)
class Interval:
    """A median and the 95 % interval around it; with fewer than three rounds the range, which `kind` says."""

    median: float
    low: float
    high: float
    kind: Literal["interval", "range"] = "interval"


def interval(values: Sequence[float], first: int | None = None) -> Interval | None:
    """Return the median of positive values with its 95 % interval, or their range when there are fewer than three.

    Null where there is no value.

    Args:
        values: of each round, in the order of the rounds.
        first: of a run that goes on until its intervals are narrow enough: how many rounds it does before it asks;
            null: the number of rounds was fixed beforehand.
    """
    if not values:
        return None
    middle = float(np.median(values))
    if len(values) < FEWEST_FOR_INTERVAL:
        return Interval(middle, min(values), max(values), "range")
    logs = np.log(np.asarray(values))
    mean = float(logs.mean())
    if first is None and len(values) >= BOOTSTRAP_FROM:
        low, high = _bootstrap_t(logs, mean, _spread(logs) / sqrt(len(logs)))
    else:
        # With fewer rounds than were to come first, nothing has been asked of them yet: all of them are the first.
        half = _scatter(logs, min(first or len(logs), len(logs))) / sqrt(len(logs))
        low, high = mean - half, mean + half
    # The median stands in the middle of what is shown, so the interval is never drawn beside it.
    return Interval(middle, min(exp(low), middle), max(exp(high), middle))


def paired_ratio(
    numerator: Sequence[float], denominator: Sequence[float], first: int | None = None
) -> Interval | None:
    """Return the interval of numerator / denominator, element i of both being of the same round, rounds in order."""
    return interval([exp(log(a) - log(b)) for a, b in zip(numerator, denominator, strict=True)], first)


def differs(ratio: Interval | None) -> bool:
    """Whether a ratio's interval excludes 1. A range of fewer than three rounds proves nothing."""
    return ratio is not None and ratio.kind == "interval" and not ratio.low <= 1 <= ratio.high


def reach(values: Sequence[float], first: int) -> float | None:
    """Return half the width of the interval of a run that goes on until it is narrow, in units of the logarithm.

    Such a run ends when this is at most log(1 + precision). Null with fewer values than come first, or than three.

    Args:
        values: positive, of each round, in the order of the rounds.
        first: how many rounds come before the run asks.
    """
    if len(values) < max(first, FEWEST_FOR_INTERVAL):
        return None
    return _scatter(np.log(np.asarray(values)), first) / sqrt(len(values))


def rounds_needed(values: Sequence[float], first: int, precision: float) -> int:
    """Return how many rounds there will be in all when the interval is narrow enough, by what is known now.

    The run may end when there are that many. As long as `reach` is null it is `first`, but at least three.

    Args:
        values: as of `reach`.
        first: as of `reach`.
        precision: the relative half-width that is wanted: 0.03 for 3 %.
    """
    fewest = max(first, FEWEST_FOR_INTERVAL)
    if len(values) < fewest:
        return fewest
    wanted = _scatter(np.log(np.asarray(values)), first) / log1p(precision)
    return max(fewest, ceil(wanted**2))


@cache
def t_975(degrees: int) -> float:
    """Return the 97.5 % quantile of Student's t with these degrees of freedom, a whole number from 1 on."""
    # P(|T| < t) has a closed form in the angle atan(t / √degrees): Abramowitz & Stegun, 26.7.3 and 26.7.4.
    low, high = 0.0, pi / 2
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if _within(middle, degrees) < 0.95 else (low, middle)  # noqa: PLR2004
    return tan(middle) * sqrt(degrees)


def _within(angle: float, degrees: int) -> float:
    odd = degrees % 2
    term = total = cos(angle) if odd else 1.0
    if degrees == 1:
        return 2 * angle / pi
    for i in range(2 + odd, degrees - 1, 2):
        term *= cos(angle) ** 2 * (i - 1) / i
        total += term
    return (angle + sin(angle) * total) * 2 / pi if odd else sin(angle) * total


def _spread(logs: np.ndarray) -> float:
    return float(logs.std(ddof=1))


def _scatter(logs: np.ndarray, first: int) -> float:
    """Return what divided by √n is half the width: t times the standard deviation, of the first rounds or of all."""
    first = max(first, FEWEST_FOR_INTERVAL)
    return max(t_975(n - 1) * _spread(logs[:n]) for n in (first, len(logs)))


def _bootstrap_t(logs: np.ndarray, mean: float, error: float) -> tuple[float, float]:
    least, most = float(logs.min()), float(logs.max())
    if least == most:
        return least, most
    random = np.random.default_rng(len(logs))  # seeded: the same rounds always give the same interval
    drawn = logs[random.integers(0, len(logs), (RESAMPLES, len(logs)))]
    errors = drawn.std(axis=1, ddof=1) / sqrt(len(logs))
    # Resamples of one value say nothing; rounding may make their error a tiny number instead of 0.
    usable = np.ptp(drawn, axis=1) > 0
    studentised = (drawn.mean(axis=1)[usable] - mean) / errors[usable]
    low, high = np.quantile(studentised, [0.025, 0.975])
    # One value far off lets it reach for orders of magnitude: the resamples without that value hardly scatter. The
    # range of n values covers the median with probability 1 - 2 ** (1 - n), 99.8 % from ten on: never beyond it.
    return max(mean - float(high) * error, least), min(mean - float(low) * error, most)
