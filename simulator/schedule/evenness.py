"""How many jobs are enough that they are like any other number of them, and that their end counts for little.

Cells with different numbers of jobs do different pages: where delays differ, so do their means, in every round alike,
which no interval of rounds shows. And where the last jobs end one by one, workers have nothing to do meanwhile. Delays
depend on the page alone, so both are worked out, not estimated.
"""

from collections.abc import Sequence
from heapq import heapreplace
from itertools import accumulate

APART = 0.01
"""Share by which the mean of the jobs may differ from that of all that are known, or of those that others do."""
DRAIN = 0.03
"""Share of a repetition that workers may have nothing left to do."""


def even(
    waits_s: Sequence[float], *, busy_s: float, in_flight: int, least: int, most: int, like: int = 0
) -> int:
    """Return how many jobs to do, from `least` on and at most about `most`: whole turns of all that are in flight.

    Args:
        waits_s: Delay of each page, from the first on; empty: all wait alike.
        busy_s: What else a job takes.
        in_flight: Jobs at a time.
        least: Fewest jobs.
        most: Most jobs, as far as evenness is what asks for more.
        like: Jobs that others do, whose mean is to be met; 0: that of all waits.
    """
    turns = -(-least // in_flight)
    first = turns * in_flight
    last = min(most, len(waits_s)) // in_flight * in_flight
    if not waits_s or min(waits_s) == max(waits_s) or last <= first:
        return first
    took_s = [wait_s + busy_s for wait_s in waits_s]
    others_s = took_s[: like or None]
    mean_s = sum(others_s) / len(others_s)
    ends_s = _ends_s(took_s[:last], in_flight)
    best, smallest = first, float("inf")
    for jobs, sum_s in enumerate(accumulate(took_s[:last]), start=1):
        if jobs < first or jobs % in_flight:
            continue
        apart = abs(sum_s / jobs / mean_s - 1) / APART
        drained = (1 - sum_s / in_flight / ends_s[jobs - 1]) / DRAIN
        if (worse := max(apart, drained)) < smallest:
            best, smallest = jobs, worse
        if worse <= 1:
            break
    return best


def _ends_s(took_s: Sequence[float], in_flight: int) -> list[float]:
    """Return when the last of the first 1, 2, 3 … jobs ends, each worker taking the next one when it is free."""
    free_s = [0.0] * in_flight
    ends_s: list[float] = []
    last_s = 0.0
    for each_s in took_s:
        end_s = free_s[0] + each_s
        heapreplace(free_s, end_s)
        last_s = max(last_s, end_s)
        ends_s.append(last_s)
    return ends_s
