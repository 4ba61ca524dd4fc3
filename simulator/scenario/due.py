"""When jobs that come by themselves are due: the moments that a run of the same seed has, whatever measures them."""

from collections.abc import Iterator
from random import Random

from mockserver.config import Content
from simulator.driver.shared.arrivals import offsets_ns
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.recorded_times import recorded_times


def due_ns(
    arrivals: Arrivals, content: Content, *, seed: int, pages: int | None, duration_ns: int | None
) -> Iterator[int]:
    """Return how long after "go" each job is due, in the order of page ids; without end if neither limit is given.

    Args:
        arrivals: how they come.
        content: what the server has: a recording may hold their times.
        seed: of the scenario.
        pages: how many there are; null: as many as are due in time.
        duration_ns: when no more are due; null: never.

    Raises:
        RecordedTimesError: The times of recorded arrivals cannot be read.
    """
    uniform = Random(seed).random  # noqa: S311 - arrivals are to be repeated, not to be kept secret
    if arrivals.process != "recorded":
        return offsets_ns(arrivals.process, arrivals.rate_per_s or 0.0, pages, duration_ns, uniform)
    times = recorded_times(arrivals, content)
    return offsets_ns(
        arrivals.process, times.rate_per_s, pages, duration_ns, uniform, times.offsets_ns, times.period_ns
    )
