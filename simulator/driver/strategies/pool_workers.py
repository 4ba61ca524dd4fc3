"""The workers of an executor where all of them do the same at the same time: begin, warm up, end."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from ..shared.failure import Failure
from ..spec import Spec
from .gate import Doorkeeper, Gate
from .interface import Worker


class WorkerPool(Protocol):
    """What keeps workers: an executor, in one of the ways in which people write it."""

    notes: "dict[str, Any]"
    """What was chosen by default."""

    def everywhere(self, task: Any, arguments: "list[tuple[Any, ...]]") -> "list[Any]":
        """Run a task in each worker; none returns before all have begun. Raises what ended a worker."""

    def broken(self, error: BaseException) -> str:
        """Say of what a worker died."""

    def close(self) -> None:
        """Let the workers end and wait until they have."""


class PoolWorkers:
    """So many workers, who wait for one another at a gate, so that each task is in another one.

    Args:
        spec: the job.
        pool: what keeps them.
        count: how many.
        shard: whose they are.
    """

    def __init__(self, spec: Spec, pool: WorkerPool, count: int, shard: int = 0) -> None:
        self._pool, self._count = pool, count
        self._doorkeeper = Doorkeeper(Path(spec.output).resolve().parent, f"gate-{shard}", count)
        self._closed = False

    def start(
        self, set_up: "Callable[..., Any]", arguments: "Callable[[int, Gate], tuple[Any, ...]]"
    ) -> "list[Worker]":
        """Make a worker of each, with these arguments for each index. Raises Failure."""
        gate = self._doorkeeper.gate
        answers = self._everywhere(set_up, [arguments(index, gate) for index in range(self._count)])
        for answer in answers:
            if not isinstance(answer, Worker):
                raise Failure(*answer)
        return sorted(answers, key=lambda worker: worker.index)

    def each(self, task: "Callable[..., Any]", *arguments: Any) -> "list[Any]":
        """Have each do this, which ends at the gate. Raises Failure."""
        return self._everywhere(task, [(*arguments, self._doorkeeper.gate)] * self._count)

    def broken(self, error: BaseException) -> Failure:
        """Return what to raise where a worker has died."""
        return Failure("failed", self._pool.broken(error))

    def close(self, last: "Callable[..., Any] | None" = None) -> None:
        """Let the workers end, after they have done a last task; safe to call more than once."""
        if self._closed:
            return
        self._closed = True
        if last is not None:
            with suppress(Failure):
                self.each(last)
        self._pool.close()
        self._doorkeeper.close()

    def _everywhere(self, task: Any, arguments: "list[tuple[Any, ...]]") -> "list[Any]":
        self._doorkeeper.shut()
        try:
            return self._pool.everywhere(task, arguments)
        except Failure:
            raise
        except Exception as error:
            raise self.broken(error) from error
