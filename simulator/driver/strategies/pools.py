"""Parse pools, as people write them: an executor whose workers all exist and are warm before the window."""

import multiprocessing
import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Barrier
from typing import Any

from ..shared.failure import Failure
from .interface import ShardPlan, Worker
from .interpreters import pool_executor
from .jobs import load_parser
from .parse_worker import Gate, PipeGate, inherit_gate, set_up, warm_up
from .starting import first_death, prepared_context


class Pool:
    """P workers of one kind. Each kind says how its executor is made and where its workers wait for one another."""

    executor: Executor
    _gate: "Gate | None" = None
    notes: "dict[str, Any]"

    def __init__(self, plan: ShardPlan) -> None:
        self.notes = {}
        self._plan = plan
        self._count = plan.spec.strategy.parse_count

    def start(self) -> "list[Worker]":
        """Start every worker and have it import the parser. Raises Failure."""
        plan = self._plan
        first = plan.first_parser
        answers = self._everywhere(
            set_up, [(plan.spec, first + i, plan.shard, self._gate) for i in range(self._count)]
        )
        for answer in answers:
            if not isinstance(answer, Worker):
                raise Failure(*answer)
        return answers

    def warm_up(self, jobs: "list[tuple[int, bytes]]") -> None:
        """Have every worker parse these pages. Raises Failure."""
        self._everywhere(warm_up, [(jobs, self._gate)] * self._count)

    def release(self) -> None:
        """Let the workers end and wait until they have."""
        self.executor.shutdown()

    def broken(self, error: BaseException) -> Failure:
        """Return what to raise for a pool that broke in the midst of a job."""
        return Failure("failed", f"the parse pool broke: {error}")

    def _everywhere(self, task: Any, arguments: "list[tuple[Any, ...]]") -> "list[Any]":
        """Run a task in every worker: as many tasks as workers, none of which ends before all have begun."""
        try:
            futures = [self.executor.submit(task, *each) for each in arguments]
            self._begun(futures)
            return [future.result() for future in futures]
        except BrokenProcessPool as error:
            raise self.broken(error) from error

    def _begun(self, futures: "list[Future[Any]]") -> None:
        """The tasks are on their way."""


class ThreadPool(Pool):
    """P threads of this interpreter."""

    def __init__(self, plan: ShardPlan) -> None:
        super().__init__(plan)
        self._gate = Barrier(self._count)
        self.executor = ThreadPoolExecutor(self._count, f"parse-{plan.shard}")

    def start(self) -> "list[Worker]":
        """Import the parser here, where people import it, not in a thread of the pool; then start every worker."""
        load_parser(self._plan.spec.parser)
        return super().start()


class ProcessPool(Pool):
    """P processes, started as those of process shards are."""

    def __init__(self, plan: ShardPlan) -> None:
        super().__init__(plan)
        context = prepared_context(plan.spec, fetches=False)
        self.notes["start_method"] = context.get_start_method()
        self._children: list[Any] = []
        self.executor = ProcessPoolExecutor(
            self._count, context, initializer=inherit_gate, initargs=(context.Barrier(self._count),)
        )

    def broken(self, error: BaseException) -> Failure:
        """Say which process died, and of what: the executor itself ends the others with SIGTERM."""
        self.executor.shutdown()
        death = first_death(self._children, "parse process")
        return Failure(
            "failed", death or f"a parse process broke: {error}; {error.__cause__ or 'it gave no cause'}"
        )

    def _begun(self, futures: "list[Future[Any]]") -> None:
        super()._begun(futures)
        self._children = self._children or multiprocessing.active_children()


class InterpreterPool(Pool):
    """P subinterpreters, each in a thread of its own."""

    def __init__(self, plan: ShardPlan) -> None:
        super().__init__(plan)
        came_read, came_write = os.pipe()
        open_read, open_write = os.pipe()
        self._fds = (came_read, came_write, open_read, open_write)
        self._gate: PipeGate = PipeGate(came_write, open_read)
        self.executor = pool_executor(self._count)

    def release(self) -> None:
        """Let the workers end, and close the gate's pipes."""
        super().release()
        for fd in self._fds:
            os.close(fd)

    def _begun(self, futures: "list[Future[Any]]") -> None:
        """Count those who come, then open the gate. A worker that cannot even begin would be waited for for ever."""
        super()._begun(futures)
        came_read, _, _, open_write = self._fds
        for future in futures:
            future.add_done_callback(self._count_if_failed)
        for _ in futures:
            if os.read(came_read, 1) != b"\0":
                break
        os.write(open_write, b"\0" * len(futures))

    def _count_if_failed(self, future: "Future[Any]") -> None:
        if future.exception() is not None:
            os.write(self._fds[1], b"\1")


POOLS = {"threads": ThreadPool, "processes": ProcessPool, "interpreters": InterpreterPool}
