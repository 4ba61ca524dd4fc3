"""Exact percentiles of raw samples, refused where too few lie beyond."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLES_BEYOND = 10
"""A percentile with fewer samples beyond it says more about luck than about the system."""

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


def lag_s(values_ns: NDArray[Any] | Sequence[int]) -> Lag | None:
    """Return median, 99th percentile and maximum in seconds; null where there is no sample."""
    seconds = np.asarray(values_ns, dtype=np.float64) / 1e9
    if not len(seconds):
        return None
    return Lag(p50=percentile(seconds, 0.50), p99=percentile(seconds, 0.99), max=float(seconds.max()))


def worst_lag(lags: Sequence[Lag | None]) -> Lag | None:
    """Return the worst of each, since ticks are not kept: a percentile stays one of a single repetition."""
    known = [lag for lag in lags if lag is not None]
    if not known:
        return None

    def worst(values: list[float | None]) -> float | None:
        found = [value for value in values if value is not None]
        return max(found) if found else None

    return Lag(
        p50=worst([lag.p50 for lag in known]),
        p99=worst([lag.p99 for lag in known]),
        max=worst([lag.max for lag in known]),
    )
