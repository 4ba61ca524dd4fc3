"""The pools of `concurrent.futures`, to which jobs are handed."""

from collections.abc import Callable, Iterator
from typing import Any

from ...spec import Spec
from .. import pools
from ..push_worker import Job
from .window import as_completed, in_order


class Futures(pools.Pool):
    """What they have in common: `submit`, and results in the order in which they come."""

    job_size = 1

    def flow(self, do: "Callable[[Job], Any]", jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done."""
        return as_completed(lambda job: self.executor.submit(do, job), jobs, self._count)


class ThreadPool(pools.ThreadPool, Futures):
    """`ThreadPoolExecutor.submit`."""


class ThreadPoolMap(ThreadPool):
    """`ThreadPoolExecutor.map`: results in the order of the pages."""

    def flow(self, do: "Callable[[Job], Any]", jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done."""
        return in_order(lambda job: self.executor.submit(do, job), jobs, self._count)


class ProcessPool(pools.ProcessPool, Futures):
    """`ProcessPoolExecutor.submit`, with several pages for each call where that is asked for."""

    def __init__(self, spec: Spec, count: int) -> None:
        super().__init__(spec, count)
        self.job_size = spec.strategy.chunk


class InterpreterPool(pools.InterpreterPool, Futures):
    """`InterpreterPoolExecutor.submit`."""
