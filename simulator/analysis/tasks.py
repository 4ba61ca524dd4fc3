"""The tasks of event loops: which workers are loops, and which task did which job."""

import heapq
from collections.abc import Iterable

from simulator.result.samples import UNKNOWN, Samples


def loops(samples: Samples) -> set[int]:
    """Return the workers whose jobs overlap.

    Only of a loop's jobs is the CPU of the fetch not known while that of the parse is: there the thread's clock counts
    other tasks too. (An interpreter without such a clock knows neither.)
    """
    overlap = (samples.fetch_cpu_ns == UNKNOWN) & (samples.parse_cpu_ns != UNKNOWN)
    return set(samples.worker[overlap].tolist())


def deal(jobs: Iterable[tuple[int, int]]) -> list[int]:
    """Return which task of their loop did these jobs, counted from 1.

    No clock point tells. A job goes to the first task that is free when it starts, so that each task has one job at a
    time, as it has in the driver.

    Args:
        jobs: of one loop: when each starts, and when its task may begin the next one; in the order of their starts.
    """
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    dealt: list[int] = []
    for start, end in jobs:
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        task = heapq.heappop(free) if free else len(busy) + 1
        heapq.heappush(busy, (end, task))
        dealt.append(task)
    return dealt
