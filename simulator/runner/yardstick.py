"""How fast the machine is now: two fixed pieces of work, timed while nothing is measured.

One computes in the interpreter; the other reads an array that no cache holds, so that a neighbour who streams through
memory is told from a slower program. Each is the median of slices: a slice that another program cuts into does not
count. Twelve of the first scatter as little from look to look as fifty (0.4 % on a busy two-core machine; what is left
is the machine's own), three as twice that.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from simulator.environment import last_level_cache_bytes, memory_limit_bytes

SPIN_LOOPS = 60_000
SPIN_SLICES = 12
STREAM_SLICES = 3
BEYOND_CACHE = 1.25
"""The array's size over that of the last-level cache."""
LEAST_BYTES = 32_000_000
MOST_OF_MEMORY = 1 / 32
MOST_BYTES = 150_000_000
"""Where the array would be greater than this, or a greater part of memory, there is none: the runner stays small."""


def spin_s() -> float:
    """Time a fixed piece of pure-Python computing (s): the machine's speed now."""
    return median(_timed(_spin) for _ in range(SPIN_SLICES))


def stream_s() -> float | None:
    """Time a pass over 1 GB of memory (s), by an array larger than the last-level cache.

    Null where that cache is not known, or memory is too small for it.
    """
    size = stream_bytes(last_level_cache_bytes(), memory_limit_bytes())
    if size is None:
        return None
    array = np.ones(size // 8)  # written once: what was never written is no memory yet
    return median(_timed(array.max) for _ in range(STREAM_SLICES)) * 1e9 / array.nbytes


def stream_bytes(cache_bytes: int | None, memory_bytes: int | None) -> int | None:
    """Return the array's size; null where it cannot be told, or is too much.

    Args:
        cache_bytes: of the last-level cache.
        memory_bytes: that this process may use.
    """
    if cache_bytes is None or memory_bytes is None:
        return None
    size = max(LEAST_BYTES, int(BEYOND_CACHE * cache_bytes))
    return size if size <= min(MOST_BYTES, MOST_OF_MEMORY * memory_bytes) else None


def _spin() -> None:
    value = 1
    for _ in range(SPIN_LOOPS):
        value = value * 1103515245 + 12345 & 0x7FFFFFFF


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
