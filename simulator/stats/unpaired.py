"""How sure the ratio of two runs is: nothing pairs a round of one with a round of the other.

Between runs lie hours or weeks, so the rounds are two independent samples, whose scatter need not be the same. That
is the case of B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
involved", Biometrika 34 (1947), with the degrees of freedom of his equation 29 (also Satterthwaite, 1946).
Logarithms are worked on, since throughputs scatter by a factor.
"""

from collections.abc import Sequence
from math import exp, log, pi, sqrt, tan

import numpy as np

from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval

_STEPS = 20_001
_MOST_DEGREES = 10_000.0
"""From here on Student's t is the normal distribution to four digits."""


def unpaired_ratio(numerator: Sequence[float], denominator: Sequence[float]) -> Interval | None:
    """Return the ratio of the medians with the 95 % interval of Welch's t on the logarithms.

    With fewer than three values on a side it is the range of all ratios, which says so. Null where a side has none.

    Args:
        numerator: positive values of one run.
        denominator: those of the other.
    """
    if not numerator or not denominator:
        return None
    middle = float(np.median(numerator) / np.median(denominator))
    if min(len(numerator), len(denominator)) < FEWEST_FOR_INTERVAL:
        return Interval(middle, min(numerator) / max(denominator), max(numerator) / min(denominator), "range")
    above, below = np.log(np.asarray(numerator)), np.log(np.asarray(denominator))
    mean = float(above.mean() - below.mean())
    parts = [(float(values.var(ddof=1)) / len(values), len(values) - 1) for values in (above, below)]
    variance = sum(part for part, _ in parts)
    reach = 0.0
    if variance > 0:
        # Fractions of the variance, since squares of tiny variances would vanish.
        degrees = 1 / sum((part / variance) ** 2 / own for part, own in parts)
        reach = t_975(degrees) * sqrt(variance)
    # As for one run: the median stands in the middle of what is shown, so the interval is never drawn beside it.
    return Interval(middle, min(exp(mean - reach), middle), max(exp(mean + reach), middle))


def t_975(degrees: float) -> float:
    """Return the 97.5 % quantile of Student's t; the degrees of freedom need not be whole, but at least 1.

    With t = √degrees · tan(φ) its density is proportional to cos(φ) to the power of degrees - 1: a finite integral.
    """
    degrees = min(degrees, _MOST_DEGREES)
    angles = np.linspace(0, pi / 2, _STEPS)
    density = np.cos(angles) ** (degrees - 1)
    area = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    return sqrt(degrees) * tan(float(np.interp(0.95, area / area[-1], angles)))


def powered(ratio: Interval, power: int) -> tuple[float, float, float]:
    """Return the logarithms of (low, median, high) of a ratio raised to 1, 0 or -1."""
    logs = [power * log(value) for value in (ratio.low, ratio.median, ratio.high)]
    return min(logs), logs[1], max(logs)
