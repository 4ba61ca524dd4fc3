"""How close together moments are: whether they come as crowds, or one by one."""

import numpy as np
from numpy.typing import ArrayLike


def close_by(moments_ns: ArrayLike, within_ns: int) -> float | None:
    """Return how many others come within so long of one, before it or after it, in the mean; null of none.

    Args:
        moments_ns: rising.
        within_ns: to either side.
    """
    moments = np.asarray(moments_ns, dtype=np.int64)
    if not len(moments):
        return None
    first = np.searchsorted(moments, moments - within_ns, side="left")
    last = np.searchsorted(moments, moments + within_ns, side="right")
    return float((last - first - 1).mean())


def by_chance(count: int, within_ns: int, window_ns: float) -> float:
    """Return the same of so many moments that have nothing to do with one another, in a window that is far longer."""
    return max(0, count - 1) * min(1.0, 2 * within_ns / window_ns) if window_ns > 0 else 0.0
