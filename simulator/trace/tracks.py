"""Which tracks a repetition has: one for each worker, and a row for each task of a loop."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator.analysis.tasks import loops
from simulator.result.samples import Samples

from .event import Event, metadata


@dataclass(frozen=True)
class Track:
    """One worker."""

    tid: int
    """Unique in the file: Perfetto names a thread by it alone."""
    name: str
    loop: bool
    """Its jobs overlap."""


def tracks(samples: Samples, first_tid: int) -> dict[int, Track]:
    """Return the track of each worker that did anything, by its index."""
    overlapping = loops(samples)
    fetching = set(samples.worker.tolist())
    parsing = set(samples.parse_worker.tolist()) - fetching
    threads = fetching - overlapping
    names: dict[int, str] = {}
    for kind, workers in (("worker", threads), ("loop", overlapping), ("parser", parsing)):
        several = len(workers) > 1 or kind != "loop"
        for number, worker in enumerate(sorted(workers), start=1):
            names[worker] = f"{kind} {number}" if several else kind
    return {
        worker: Track(first_tid + position, names[worker], worker in overlapping)
        for position, worker in enumerate(sorted(names))
    }


def named(pid: int, name: str, found: Iterable[Track]) -> Iterator[Event]:
    """Yield what the viewers call a cell and its workers, and in which order they show them."""
    yield metadata("process_name", pid, None, {"name": name})
    yield metadata("process_sort_index", pid, None, {"sort_index": pid})
    for position, track in enumerate(found):
        yield metadata("thread_name", pid, track.tid, {"name": track.name})
        yield metadata("thread_sort_index", pid, track.tid, {"sort_index": position})
