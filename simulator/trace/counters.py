"""How many jobs are in flight, and how many parses are under way, at each moment of a repetition."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from .event import Event, counter
from .way import Way


def counters(pid: int, jobs: Sequence[Way]) -> Iterator[Event]:
    """Yield both counters of a cell, at each moment at which one changes."""
    # The viewers call a counter by its name and its series, in this order.
    yield from _counted(pid, "jobs", "in flight", ((job.start, job.ready) for job in jobs))
    yield from _counted(pid, "parses", "under way", ((job.parsing, job.parsed) for job in jobs))


def _counted(pid: int, name: str, series: str, spans: Iterable[tuple[int, int]]) -> Iterator[Event]:
    steps: Counter[int] = Counter()
    for start, end in spans:
        steps[start] += 1
        steps[end] -= 1
    value = 0
    for at in sorted(steps):
        if steps[at]:
            value += steps[at]
            yield counter(name, series, pid, at, value)
