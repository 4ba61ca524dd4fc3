"""Which tracks a repetition has: one for each worker, and a row for each task of a loop."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from simulator.result.samples import UNKNOWN, Samples

from .event import Event, metadata
from .way import Way


@dataclass(frozen=True)
class Track:
    """One worker."""

    tid: int
    """Unique in the file: Perfetto names a thread by it alone."""
    name: str
    loop: bool
    """Its jobs overlap."""


def tracks(samples: Samples, first_tid: int) -> dict[int, Track]:
    """Return the track of each worker that did anything, by its index.

    Only of a loop's jobs is the CPU of the fetch not known while that of the parse is: there the thread's clock counts
    other tasks too. (An interpreter without such a clock knows neither.)
    """
    loops = set(
        samples.worker[(samples.fetch_cpu_ns == UNKNOWN) & (samples.parse_cpu_ns != UNKNOWN)].tolist()
    )
    fetching = set(samples.worker.tolist())
    parsing = set(samples.parse_worker.tolist()) - fetching
    threads = fetching - loops
    names: dict[int, str] = {}
    for kind, workers in (("worker", threads), ("loop", loops), ("parser", parsing)):
        several = len(workers) > 1 or kind != "loop"
        for number, worker in enumerate(sorted(workers), start=1):
            names[worker] = f"{kind} {number}" if several else kind
    return {
        worker: Track(first_tid + position, names[worker], worker in loops)
        for position, worker in enumerate(sorted(names))
    }


def named(pid: int, name: str, found: Iterable[Track]) -> Iterator[Event]:
    """Yield what the viewers call a cell and its workers, and in which order they show them."""
    yield metadata("process_name", pid, None, {"name": name})
    yield metadata("process_sort_index", pid, None, {"sort_index": pid})
    for position, track in enumerate(found):
        yield metadata("thread_name", pid, track.tid, {"name": track.name})
        yield metadata("thread_sort_index", pid, track.tid, {"sort_index": position})


def tasks(jobs: Sequence[Way]) -> list[int]:
    """Return which task of their loop did these jobs, counted from 1.

    No clock point tells. A job goes to the first task that is free when it starts, so that each task has one job at a
    time, as it has in the driver.

    Args:
        jobs: of one loop, in the order of their starts.
    """
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    dealt: list[int] = []
    for job in jobs:
        while busy and busy[0][0] <= job.start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        task = heapq.heappop(free) if free else len(busy) + 1
        heapq.heappush(busy, (job.released, task))
        dealt.append(task)
    return dealt
