"""`multiprocessing.Pool.imap_unordered`."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from threading import Semaphore
from typing import Any

from ...shared.failure import Failure
from ...spec import Spec
from ..push_worker import Job
from ..starting import end_with_driver, first_death, prepared_context

LOOK_S = 1.0
"""Between two looks at whether a worker has died: the pool itself puts another in its place, and loses its job."""


class MultiprocessingPool:
    """A pool.

    It takes jobs as fast as it can, in a thread of its own. So they are let through one by one: as many as there are
    workers, and another one for each whose result has been taken. A job has as many pages as a chunk, which is what its
    `chunksize` makes of them; but the results of that cannot be waited for with a limit.
    """

    def __init__(self, spec: Spec, count: int) -> None:
        context = prepared_context(spec, fetches=True)
        self.notes: dict[str, Any] = {"start_method": context.get_start_method()}
        self.job_size = spec.strategy.chunk
        self._count = count
        self._pool = context.Pool(count, end_with_driver, (os.getpid(),))
        self._children = multiprocessing.active_children()

    def everywhere(self, task: Any, arguments: "list[tuple[Any, ...]]") -> "list[Any]":
        """Run a task in each worker."""
        results = [self._pool.apply_async(task, each) for each in arguments]
        return [self._patiently(result.get) for result in results]

    def flow(self, do: "Callable[[Job], Any]", jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done."""
        room = Semaphore(self._count)
        results = self._pool.imap_unordered(do, _let_through(jobs, room))
        while True:
            try:
                found = self._patiently(results.next)
            except StopIteration:
                return
            room.release()
            yield found

    def broken(self, error: BaseException) -> str:
        """Say of what a worker died."""
        death = first_death(self._children, "worker process")
        return death or f"the pool broke: {type(error).__name__}: {error}"

    def close(self) -> None:
        """Let the workers end."""
        self._pool.close()
        self._pool.join()

    def _patiently(self, get: "Callable[[float], Any]") -> Any:
        """Return what comes, unless a worker dies."""
        while True:
            try:
                return get(LOOK_S)
            except multiprocessing.TimeoutError:
                death = first_death(self._children, "worker process")
                if death is not None:
                    raise Failure("failed", death) from None


def _let_through(jobs: "Iterator[Job]", room: Semaphore) -> "Iterator[Job]":
    while True:
        room.acquire()
        job = next(jobs, None)
        if job is None:
            return
        yield job
