"""The pools of `concurrent.futures`, as people write them."""

import multiprocessing
import os
from concurrent.futures import FIRST_EXCEPTION, Executor, ProcessPoolExecutor, ThreadPoolExecutor, wait
from typing import Any

from ..spec import Spec
from .interpreters import pool_executor
from .starting import end_with_driver, first_death, prepared_context


class Pool:
    """What they have in common: `submit`, and the future that it returns."""

    def __init__(self, executor: Executor, count: int) -> None:
        self.notes: dict[str, Any] = {}
        self.executor = executor
        self._count = count

    def everywhere(self, task: Any, arguments: "list[tuple[Any, ...]]") -> "list[Any]":
        """Run a task in each worker."""
        futures = [self.executor.submit(task, *each) for each in arguments]
        self._begun()
        failed = next((f for f in wait(futures, return_when=FIRST_EXCEPTION).done if f.exception()), None)
        return [future.result() for future in ([failed] if failed is not None else futures)]

    def broken(self, error: BaseException) -> str:
        """Say of what a worker died."""
        cause = f"; {error.__cause__}" if error.__cause__ is not None else ""
        return f"the executor broke: {type(error).__name__}: {error}{cause}"

    def close(self) -> None:
        """Let the workers end and wait until they have."""
        self.executor.shutdown()

    def _begun(self) -> None:
        """Tasks are on their way to every worker."""


class ThreadPool(Pool):
    """Threads of this interpreter."""

    def __init__(self, spec: Spec, count: int) -> None:  # noqa: ARG002 - as all have it
        super().__init__(ThreadPoolExecutor(count, "pool"), count)


class ProcessPool(Pool):
    """Processes, started as those of process shards are."""

    def __init__(self, spec: Spec, count: int) -> None:
        context = prepared_context(spec, fetches=spec.strategy.parse_kind == "inline")
        super().__init__(ProcessPoolExecutor(count, context, end_with_driver, (os.getpid(),)), count)
        self.notes["start_method"] = context.get_start_method()
        self._children: list[Any] = []

    def broken(self, error: BaseException) -> str:
        """Say which process died, and of what: the executor itself ends the others with SIGTERM."""
        self.executor.shutdown()
        return first_death(self._children, "worker process") or super().broken(error)

    def _begun(self) -> None:
        self._children = self._children or multiprocessing.active_children()


class InterpreterPool(Pool):
    """Subinterpreters, each in a thread of its own."""

    def __init__(self, spec: Spec, count: int) -> None:  # noqa: ARG002 - as all have it
        super().__init__(pool_executor(count), count)


POOLS = {"threads": ThreadPool, "processes": ProcessPool, "interpreters": InterpreterPool}
