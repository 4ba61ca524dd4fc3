"""Workers of an executor, to which jobs are handed: concurrency as people write it.

Elsewhere every worker claims its next job itself. Here the driver's main interpreter claims it and an executor decides
who does it, so what it takes until a worker has its next job is part of what is measured. The workers are the same
(`blocking.JobThread`): each has a client of its own, connected and warmed up before "go".

A job is ready when the main interpreter holds its record, as everywhere: in threads when it is parsed, else when the
executor has unpickled it. No executor is given more than as many jobs at a time as may be in flight.
"""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Protocol

from ..shared.failure import Failure
from ..shared.recorder import SampleLog
from ..shared.tickets import Tickets
from ..spec import Spec
from ..tickets import Claim, Due, open_tickets
from . import push_worker
from .interface import Outcome, Worker
from .pool_workers import PoolWorkers, WorkerPool
from .push_worker import Common, Job, Told


class Executor(WorkerPool, Protocol):
    """What keeps workers and hands jobs to them."""

    job_size: int
    """Pages of a job. One that makes chunks by itself is given single pages."""

    def flow(self, do: "Callable[[Job], Any]", jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done, and take another one for each that is; yield what `do` returned, as it comes."""


OpenExecutor = Callable[[Spec, int], Executor]
"""Makes one with so many workers. Raises Failure where it cannot be had."""


class Pushed:
    """The workers of one executor."""

    def __init__(self, spec: Spec, open_executor: OpenExecutor, *, in_threads: bool) -> None:
        """Make a shard, not yet started.

        Args:
            spec: the job.
            open_executor: makes the executor.
            in_threads: whether its workers are threads of this interpreter.
        """
        self._log = SampleLog()
        self.outcome = Outcome(logs=[self._log])
        self._spec = spec
        self._count = sum(spec.strategy.widths) // spec.strategy.chunk
        self._in_threads = in_threads
        self._open_executor = open_executor
        self._tickets: Tickets = open_tickets(spec)
        self._executor: Executor | None = None
        self._workers: PoolWorkers | None = None
        self._common: Common | None = None

    def start(self) -> "list[Worker]":
        """Start every worker: parser imported, client connected."""
        spec, count = self._spec, self._count
        if self._in_threads:
            self._common = push_worker.common(spec, count)
        self._executor = executor = self._open_executor(spec, count)
        self._workers = found = PoolWorkers(spec, executor, count)
        workers = found.start(
            push_worker.set_up, lambda index, gate: (Told(spec, index, gate, self._common),)
        )
        self.outcome.notes.update(executor.notes)
        return workers

    def warm_up(self) -> None:
        """Let every worker do its first jobs."""
        self._each(push_worker.warm_up)

    def run(self, go_ns: "int | None" = None) -> int:
        """Have the jobs done, and wait until all are."""
        executor = self._executor
        assert executor is not None  # noqa: S101 - start comes first
        if go_ns is None:
            go_ns = time.perf_counter_ns()
        jobs = jobs_of(self._tickets.open(go_ns), self._tickets.due, executor.job_size)
        keep, rows_of, moved = self._log.add, push_worker.rows_of, 0
        try:
            for found in executor.flow(push_worker.do, jobs):
                rows, moved_bytes = rows_of(found)
                moved += moved_bytes
                for row in rows:
                    keep(*row)
        except Failure:
            raise
        except Exception as error:
            raise Failure("failed", executor.broken(error)) from error
        if moved:
            self.outcome.absorb(Outcome(notes={"moved_bytes": moved}))
        self._park()
        return go_ns

    def release(self) -> None:
        """Let the workers end."""
        if self._workers is not None:
            self._workers.close(push_worker.release)

    def _park(self) -> None:
        """Take over what the workers know of errors, and see that all are still there."""
        for errors, notes in self._each(push_worker.park):
            self.outcome.absorb(Outcome(errors=errors, notes=notes))
        if self._common is not None:
            self.outcome.errors.extend(self._common.errors.kept)

    def _each(self, task: Any) -> "list[Any]":
        assert self._workers is not None  # noqa: S101 - start comes first
        return self._workers.each(task)


def jobs_of(claim: Claim, due: "Due | None", size: int) -> "Iterator[Job]":
    """Yield what is handed over, until no job is left: so many pages each, fewer at the end.

    A page is claimed when the executor asks for it, which joblib does before it is begun.
    """
    pages = iter(claim, -1)
    while chosen := tuple(islice(pages, size)):
        yield Job(chosen, () if due is None else tuple(map(due, chosen)))
