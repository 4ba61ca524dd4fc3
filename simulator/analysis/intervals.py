"""How sure a ratio is: 95 % intervals from a few rounds.

Throughputs of one cell scatter by a factor, not by an amount, and drift with the machine's speed, which hits all
cells of a round alike. So ratios are paired by round and worked on as logarithms: below 10 rounds with Student's t,
from 10 on with the bootstrap-t (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5), which
does not assume that the logarithms are normal. (A percentile bootstrap over 3 values covers 75 %, not 95 %.)
"""

from collections.abc import Sequence
from math import exp, log, sqrt

import numpy as np

from simulator.result.document import Interval

T_975 = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 6: 2.4469, 7: 2.3646, 8: 2.3060}
"""Student's t, 97.5 % quantile, by degrees of freedom (any statistics table)."""

BOOTSTRAP_FROM = 10
FEWEST_FOR_INTERVAL = 3
RESAMPLES = 4000


def interval(values: Sequence[float]) -> Interval | None:
    """Return the median of positive values with its 95 % interval, or their range when there are fewer than three.

    Null where there is no value.
    """
    if not values:
        return None
    middle = float(np.median(values))
    if len(values) < FEWEST_FOR_INTERVAL:
        return Interval(middle, min(values), max(values), "range")
    logs = np.log(np.asarray(values))
    mean, error = float(logs.mean()), float(logs.std(ddof=1)) / sqrt(len(logs))
    if len(values) < BOOTSTRAP_FROM:
        reach = T_975[len(values) - 1] * error
        low, high = mean - reach, mean + reach
    else:
        low, high = _bootstrap_t(logs, mean, error)
    # The median stands in the middle of what is shown, so the interval is never drawn beside it.
    return Interval(middle, min(exp(low), middle), max(exp(high), middle))


def paired_ratio(numerator: Sequence[float], denominator: Sequence[float]) -> Interval | None:
    """Return the interval of numerator / denominator, element i of both being of the same round."""
    return interval([exp(log(a) - log(b)) for a, b in zip(numerator, denominator, strict=True)])


def differs(ratio: Interval | None) -> bool:
    """Whether a ratio's interval excludes 1. A range of fewer than three rounds proves nothing."""
    return ratio is not None and ratio.kind == "interval" and not ratio.low <= 1 <= ratio.high


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
