"""The moment, and how a thread sleeps until one. All moments are perf_counter_ns, which is CLOCK_MONOTONIC on Linux."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns the present moment (ns)."""


def sleep_until(due_ns: int) -> int:
    """Put the calling thread to sleep until `due_ns`; return it. The kernel ends it within a tenth of a ms."""
    while (left_ns := due_ns - time.perf_counter_ns()) > 0:
        time.sleep(left_ns / 1e9)
    return due_ns
