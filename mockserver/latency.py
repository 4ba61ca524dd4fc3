"""The delay of a request, as a pure function of (seed, page id).

No state and no order: a page has the same delay under every strategy, with every number of server workers
and in every repetition, so that what differs between two runs is never the luck of the draw. Each page id
takes its own number u in (0, 1) from a SplitMix64 stream; the delay is the distribution's quantile function at u.
"""

import bisect
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import assert_never

from mockserver.latency_models import (
    LONGEST_DELAY_NS,
    Empirical,
    Exponential,
    Fixed,
    Latency,
    LogNormal,
    Normal,
    Pareto,
    Percentiles,
    Recorded,
    Uniform,
)
from mockserver.split_mix import GOLDEN_GAMMA, mixed

_STANDARD_NORMAL = NormalDist()
_Z99 = _STANDARD_NORMAL.inv_cdf(0.99)
_LOG_LONGEST = math.log(LONGEST_DELAY_NS)


def delay_ns(latency: Latency, seed: int, page_id: int) -> int:
    """Give the delay of one page.

    Returns:
        Nanoseconds from the arrival of the request to the first byte of its answer.

    Raises:
        ValueError: The latency is recorded, or empirical and its file has not been read yet.
    """
    return sampler(latency, seed)(page_id)


def sampler(latency: Latency, seed: int) -> Callable[[int], int]:
    """Prepare `delay_ns` for many pages: page id → nanoseconds.

    Raises:
        ValueError: The latency is recorded, or empirical and its file has not been read yet.
    """
    if isinstance(latency, Fixed):
        fixed_ns = latency.delay_ns
        return lambda _page_id: fixed_ns
    at = quantile(latency)
    stream = mixed(seed)

    def sample(page_id: int) -> int:
        # As `unit` gives it, without a call: never 0 and never 1, where quantiles may be infinite.
        u = ((mixed(stream + (page_id + 1) * GOLDEN_GAMMA) >> 11) + 0.5) / (1 << 53)
        return min(max(round(at(u)), 0), LONGEST_DELAY_NS)

    return sample


def quantile(latency: Latency) -> Callable[[float], float]:  # noqa: C901, PLR0911 (one return per distribution)
    """Give the quantile function (inverse of the distribution function): u in (0, 1) → nanoseconds.

    A normal one may give less than 0 and a Pareto one more than any delay lasts; `sampler` cuts both.

    Raises:
        ValueError: The latency is recorded, or empirical and its file has not been read yet.
    """
    match latency:
        case Fixed(delay_ns=fixed_ns):
            return lambda _u: fixed_ns
        case Uniform(low_ns=low_ns, high_ns=high_ns):
            return lambda u: low_ns + u * (high_ns - low_ns)
        case Normal(mean_ns=mean_ns, stddev_ns=stddev_ns):
            return lambda u: mean_ns + stddev_ns * _STANDARD_NORMAL.inv_cdf(u)
        case LogNormal(median_ns=median_ns):
            sigma = _sigma(latency)
            return lambda u: median_ns * math.exp(sigma * _STANDARD_NORMAL.inv_cdf(u))
        case Exponential(mean_ns=mean_ns):
            return lambda u: -mean_ns * math.log1p(-u)
        case Pareto(minimum_ns=minimum_ns, shape=shape):
            log_minimum = math.log(minimum_ns)
            # In logarithms: with a small shape the delay itself would overflow a float.
            return lambda u: math.exp(min(log_minimum - math.log1p(-u) / shape, _LOG_LONGEST + 1))
        case Percentiles(points=points):
            return lambda u: _interpolated(points, u)
        case Empirical(values_ns=values_ns):
            if values_ns is None:
                raise ValueError(f"the delays of {latency.file} have not been read")
            return lambda u: values_ns[int(u * len(values_ns))]
        case Recorded():
            raise ValueError(
                "recorded delays are of single pages: they are in the recording, and no distribution"
            )
        case _:
            assert_never(latency)


def _sigma(latency: LogNormal) -> float:
    """ln(p99 / median) = sigma · z(0.99), the definition of a log-normal's p99."""
    if latency.sigma is not None:
        return latency.sigma
    assert latency.p99_ns is not None, "the model accepts exactly one of p99 and sigma"  # noqa: S101 (for mypy)
    return math.log(latency.p99_ns / latency.median_ns) / _Z99


def _interpolated(points: tuple[tuple[float, int], ...], u: float) -> float:
    after = bisect.bisect_right(points, (u, 0))
    if after == 0:
        return points[0][1]
    if after == len(points):
        return points[-1][1]
    (below, below_ns), (above, above_ns) = points[after - 1], points[after]
    return below_ns + (u - below) / (above - below) * (above_ns - below_ns)
