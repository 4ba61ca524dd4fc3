"""The executors of `concurrent.futures`."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Executor, ProcessPoolExecutor, ThreadPoolExecutor, wait
from typing import Any

from ...spec import Spec
from ..interpreters import pool_executor
from ..push_worker import Job
from ..starting import end_with_driver, first_death, prepared_context
from .window import as_completed, in_order


class Futures:
    """What they have in common: `submit`, and results in the order in which they come."""

    def __init__(self, executor: Executor, count: int, job_size: int = 1) -> None:
        self.notes: dict[str, Any] = {}
        self.job_size = job_size
        self._executor = executor
        self._count = count

    def everywhere(self, task: Any, arguments: "list[tuple[Any, ...]]") -> "list[Any]":
        """Run a task in each worker."""
        futures = [self._executor.submit(task, *each) for each in arguments]
        self._begun()
        failed = next((f for f in wait(futures, return_when=FIRST_EXCEPTION).done if f.exception()), None)
        return [future.result() for future in ([failed] if failed is not None else futures)]

    def flow(self, do: "Callable[[Job], Any]", jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done."""
        return as_completed(lambda job: self._executor.submit(do, job), jobs, self._count)

    def broken(self, error: BaseException) -> str:
        """Say of what a worker died."""
        return f"the executor broke: {type(error).__name__}: {error}"

    def close(self) -> None:
        """Let the workers end."""
        self._executor.shutdown()

    def _begun(self) -> None:
        """Tasks are on their way to every worker."""


class ThreadPool(Futures):
    """`ThreadPoolExecutor.submit`."""

    def __init__(self, spec: Spec, count: int) -> None:  # noqa: ARG002 - as all have it
        super().__init__(ThreadPoolExecutor(count, "pool"), count)


class ThreadPoolMap(ThreadPool):
    """`ThreadPoolExecutor.map`: results in the order of the pages."""

    def flow(self, do: "Callable[[Job], Any]", jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done."""
        return in_order(lambda job: self._executor.submit(do, job), jobs, self._count)


class ProcessPool(Futures):
    """`ProcessPoolExecutor.submit`, with several pages for each call where that is asked for."""

    def __init__(self, spec: Spec, count: int) -> None:
        context = prepared_context(spec, fetches=True)
        made = ProcessPoolExecutor(count, context, end_with_driver, (os.getpid(),))
        super().__init__(made, count, spec.strategy.chunk)
        self.notes["start_method"] = context.get_start_method()
        self._children: list[Any] = []

    def broken(self, error: BaseException) -> str:
        """Say which process died, and of what: the executor itself ends the others with SIGTERM."""
        self._executor.shutdown()
        return first_death(self._children, "worker process") or super().broken(error)

    def _begun(self) -> None:
        self._children = self._children or multiprocessing.active_children()


class InterpreterPool(Futures):
    """`InterpreterPoolExecutor.submit`."""

    def __init__(self, spec: Spec, count: int) -> None:  # noqa: ARG002 - as all have it
        super().__init__(pool_executor(count), count)
