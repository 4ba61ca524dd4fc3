"""Exact percentiles of raw samples, refused where too few lie beyond."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.result.repetition import Lag, Percentiles

SAMPLES_BEYOND = 10
"""A percentile with fewer samples beyond it says more about luck than about the system."""


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


def lag_s(values_ns: NDArray[Any] | Sequence[int]) -> Lag | None:
    """Return median, 99th percentile and maximum in seconds; null where there is no sample."""
    seconds = np.asarray(values_ns, dtype=np.float64) / 1e9
    if not len(seconds):
        return None
    return Lag(p50=percentile(seconds, 0.50), p99=percentile(seconds, 0.99), max=float(seconds.max()))
