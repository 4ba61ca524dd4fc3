"""A window of futures: so many jobs submitted at a time, and another one for each that is done.

For whatever gives a future for a job: what can be asked for its `result`, and calls back when it is done.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

J = TypeVar("J")


class Future(Protocol):
    """A job that was submitted."""

    def result(self) -> Any:
        """Return what it returned, or raise what it raised; wait for that."""

    def add_done_callback(self, fn: "Callable[[Any], Any]", /) -> Any:
        """Call this with the future when it is done, in whatever thread."""


def as_completed(submit: "Callable[[J], Future]", jobs: "Iterator[J]", width: int) -> "Iterator[Any]":
    """Yield the results in the order in which they come, with so many jobs submitted at a time.

    It is what `concurrent.futures.as_completed` does for futures that are all there from the start: each calls back
    once. `wait(…, FIRST_COMPLETED)` would look at all of the window for each job.
    """
    completed: SimpleQueue[Future] = SimpleQueue()
    under_way = 0
    for job in islice(jobs, width):
        submit(job).add_done_callback(completed.put)
        under_way += 1
    while under_way:
        future = completed.get()
        under_way -= 1
        for job in islice(jobs, 1):
            submit(job).add_done_callback(completed.put)
            under_way += 1
        yield future.result()


def in_order(submit: "Callable[[J], Future]", jobs: "Iterator[J]", width: int) -> "Iterator[Any]":
    """Yield the results in the order of the jobs, with so many jobs submitted at a time.

    It is what `Executor.map` does with a `buffersize` (Python 3.14): the next job is submitted when the oldest is
    taken, so that one job that takes long keeps workers idle.
    """
    submitted = deque(submit(job) for job in islice(jobs, width))
    while submitted:
        found = submitted.popleft().result()
        submitted.extend(submit(job) for job in islice(jobs, 1))
        yield found
