"""What a worker keeps of each job: its clock points and its record, at next to no cost.

A tuple per job would stay tracked by the cyclic garbage collector and be looked at again and again while the window
is open (measured: 3 us per job beside a fetch of 110 us). So the numbers of all jobs lie in one flat list, which
holds integers only, and each worker has lists of its own, which no other thread writes to.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

COLUMNS = (
    "page",
    "worker",
    "due_ns",  # the planned start: of closed arrivals, the start itself
    "start_ns",  # a worker began the job
    "fetched_ns",  # the client has resumed with the whole body
    "parsed_ns",  # the parse has ended, in the worker that did it
    "ready_ns",  # the driver's main interpreter holds the record
    "fetch_cpu_ns",  # UNKNOWN on an event loop, where the thread's clock counts other tasks too
    "parse_cpu_ns",  # of the thread that parsed
    "parse_worker",  # `worker` itself, unless a pool parses
    "parsing_ns",  # the parse began: `fetched_ns`, unless a pool parses
)
"""Clock points are perf_counter_ns (CLOCK_MONOTONIC on Linux: the server's clock), CPU is thread_time_ns."""

READY = COLUMNS.index("ready_ns")
UNKNOWN = -1

Emit = Callable[[Sequence[int], Any, str], None]
"""Takes a job's numbers in the order of COLUMNS, its record, and the kind of its error or ""."""


class SampleLog:
    """The jobs of one worker, in the order in which their records became ready."""

    __slots__ = ("errors", "numbers", "records")

    def __init__(self) -> None:
        self.numbers: list[int] = []
        """The columns of one job after those of another."""
        self.records: list[Any] = []
        self.errors: dict[int, str] = {}
        """Kind of error by position; only of the jobs that failed."""

    def add(self, numbers: Sequence[int], record: Any, error: str) -> None:
        """Keep one job."""
        if error:
            self.errors[len(self.records)] = error
        self.numbers.extend(numbers)
        self.records.append(record)

    def jobs(self) -> Iterator[tuple[tuple[int, ...], Any, str]]:
        """Yield (numbers, record, error) of each job; for after the window."""
        rows = zip(*[iter(self.numbers)] * len(COLUMNS), strict=True)
        for position, (row, record) in enumerate(zip(rows, self.records, strict=True)):
            yield row, record, self.errors.get(position, "")
