"""What a cluster is to a run: workers, and functions that they are told to call."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from simulator.spread.machines import Worker


class ClusterError(Exception):
    """There is no cluster, or nothing in it that can measure; the text says what to do."""


class WorkerLostError(Exception):
    """A worker does not answer."""


class Cluster(Protocol):
    """A cluster that somebody else has started."""

    async def workers(self) -> tuple[Worker, ...]:
        """Return its workers now. Raises ClusterError: it is gone."""

    async def call(self, address: str, function: Callable[..., Awaitable[Any]], *given: object) -> Any:
        """Have a worker call a coroutine of this program; returns its text.

        Raises:
            WorkerLostError: it does not answer, or lacks this program.
        """


Connect = Callable[[], AbstractAsyncContextManager[Cluster]]
