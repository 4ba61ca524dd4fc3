"""The rate of a fixed duration: how fast jobs became ready, whatever turn they were in when it began and ended.

What is ready inside over the duration is too low by up to a whole turn of all that is in flight: workers begin at once,
so that nothing is ready before the first job's time is over, and what is under way at the end counts for nothing. So
ready times are averaged over a turn of jobs at both ends: such a mean grows evenly with the number of jobs, also where
they become ready all at once. Jobs that were begun in time and became ready later belong to the last turn.
"""

import numpy as np


def steady_rate_per_s(start_ns: np.ndarray, ready_ns: np.ndarray, end_ns: int) -> float | None:
    """Return jobs per second; null where they are fewer than two turns of all that were in flight.

    Args:
        start_ns: When each job was begun.
        ready_ns: When its record was ready.
        end_ns: When no more were begun.
    """
    if not len(start_ns):
        return None
    turn = most_in_flight(start_ns, ready_ns)
    ready = np.sort(ready_ns)
    sums = np.concatenate(([0], np.cumsum(ready - ready[0])))
    middle = (sums[turn:] - sums[:-turn]) / turn
    # The last turn whose middle lies inside: half of it became ready after the end, at the most.
    last = int(np.searchsorted(middle, end_ns - ready[0], side="right")) - 1
    if last < turn or middle[last] <= middle[0]:
        return None
    return float(last / (middle[last] - middle[0]) * 1e9)


def most_in_flight(start_ns: np.ndarray, ready_ns: np.ndarray) -> int:
    """Return how many jobs were begun and not ready at a time, at the most."""
    begun = np.sort(start_ns)
    ended = np.searchsorted(np.sort(ready_ns), begun, side="right")
    return int((np.arange(1, len(begun) + 1) - ended).max())
