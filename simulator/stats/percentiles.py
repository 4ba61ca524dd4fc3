"""Exact percentiles of raw samples, refused where too few lie beyond."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLES_BEYOND = 10
"""A percentile with fewer samples beyond it says more about luck than about the system."""

OUTSIDE = 0.025
"""Of a 95 % interval, on either side."""

CURVE = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999)
"""Shares at which a curve of percentiles is known: closer together, the closer to all."""


@dataclass(frozen=True)
class Percentiles:
    """Seconds; null where fewer than 10 samples lie beyond."""

    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    p99_9: float | None
    max: float | None


@dataclass(frozen=True)
class Lag:
    """How late something was, in seconds."""

    p50: float | None
    p99: float | None
    max: float | None


def percentile(values: NDArray[Any], share: float) -> float | None:
    """Return the smallest sample with at least this share of all at or below it (inverted CDF), or null."""
    size = len(values)
    rank = max(1, ceil(share * size))
    if size - rank < SAMPLES_BEYOND:
        return None
    return float(np.partition(values, rank - 1)[rank - 1])


def carried(count: int, share: float) -> bool:
    """Whether this many samples carry the percentile: at least 10 of them lie beyond."""
    return count - ceil(share * count) >= SAMPLES_BEYOND


def tail(values: NDArray[Any]) -> float | None:
    """Return the highest of p99, p95 and p90 that the samples carry, or null."""
    found = (percentile(values, share) for share in (0.99, 0.95, 0.90))
    return next((value for value in found if value is not None), None)


def percentiles_s(values_ns: NDArray[Any]) -> Percentiles:
    """Return response-time percentiles in seconds, of samples in nanoseconds."""
    seconds = values_ns / 1e9
    return Percentiles(
        p50=percentile(seconds, 0.50),
        p90=percentile(seconds, 0.90),
        p95=percentile(seconds, 0.95),
        p99=percentile(seconds, 0.99),
        p99_9=percentile(seconds, 0.999),
        max=float(seconds.max()) if len(seconds) else None,
    )


def curve_s(values_ns: NDArray[Any]) -> tuple[tuple[float, float], ...]:
    """Return the shares of CURVE that the samples carry, each with its percentile in seconds; ns go in."""
    rising, size = np.sort(values_ns), len(values_ns)
    ranks = ((share, max(1, ceil(share * size))) for share in CURVE)
    return tuple(
        (share, float(rising[rank - 1]) / 1e9) for share, rank in ranks if size - rank >= SAMPLES_BEYOND
    )


def ends(rising: NDArray[Any], share: float) -> tuple[float, float] | None:
    """Return between which two samples the percentile lies with 95 % certainty; null where not between any two.

    How many of n independent samples lie below the true percentile is binomial (n, share), whatever the samples'
    distribution: the ends are the ranks that leave at most 2.5 % on either side (David and Nagaraja, Order Statistics,
    section 7.1). Samples that depend on one another, as those of one round do, are surer than they should be by that.

    Args:
        rising: the samples, sorted.
        share: of all samples, at or below the percentile.
    """
    from scipy import special  # noqa: PLC0415 - who only reads a result need not wait for it

    size = len(rising)
    around = 8 * sqrt(size * share * (1 - share)) + 10  # what lies farther from the middle cannot matter
    first, last = max(0, int(size * share - around)), min(size, int(size * share + around))
    counts = np.arange(first, last + 1)
    at_most = special.bdtr(counts, size, share)
    # As ranks from 1: P(count < low) and P(count >= high) are 2.5 % or less.
    low = first + int(np.searchsorted(at_most, OUTSIDE, side="right"))
    high = first + int(np.searchsorted(at_most, 1 - OUTSIDE, side="left")) + 1
    if low < 1 or high > size:
        return None
    return float(rising[low - 1]), float(rising[high - 1])


def curve_ends_s(values_ns: NDArray[Any]) -> tuple[tuple[float, float, float], ...]:
    """Return the shares that `curve_s` has, each with the ends of its 95 % interval in seconds, where there is one."""
    rising = np.sort(values_ns)
    found = ((share, ends(rising, share)) for share in CURVE if share and carried(len(rising), share))
    return tuple((share, reach[0] / 1e9, reach[1] / 1e9) for share, reach in found if reach is not None)


def lag_s(values_ns: NDArray[Any] | Sequence[int]) -> Lag | None:
    """Return median, 99th percentile and maximum in seconds; null where there is no sample."""
    seconds = np.asarray(values_ns, dtype=np.float64) / 1e9
    if not len(seconds):
        return None
    return Lag(p50=percentile(seconds, 0.50), p99=percentile(seconds, 0.99), max=float(seconds.max()))


def middle_lag(lags: Sequence[Lag | None]) -> Lag | None:
    """Return the median of each over repetitions, since ticks are not kept: a maximum stays one of a single repetition.

    The worst of all would be the worse the more repetitions there are.
    """
    known = [lag for lag in lags if lag is not None]
    if not known:
        return None

    def middle(values: Iterable[float | None]) -> float | None:
        found = [value for value in values if value is not None]
        return median(found) if found else None

    return Lag(
        p50=middle(lag.p50 for lag in known),
        p99=middle(lag.p99 for lag in known),
        max=middle(lag.max for lag in known),
    )
