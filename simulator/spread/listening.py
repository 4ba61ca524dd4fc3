"""A machine is given an order, and listened to until it has done what it says."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.spread import worker
from simulator.spread.cluster import Cluster, WorkerLostError
from simulator.spread.order import Order
from simulator.spread.told import Ended, Told, heard

NEWS_S = 10.0
"""A machine answers as soon as it has something to tell, or after so long: nothing wakes while a window is open."""


@dataclass
class Listener:
    """Listens to one machine, and can ask it to stop.

    Args:
        cluster: that it is of.
        address: of its worker.
    """

    cluster: Cluster
    address: str
    _name: str | None = field(default=None, init=False)
    _ending: bool = field(default=False, init=False)

    async def listen(self, order: Order, take: Callable[[Told], None]) -> Ended:
        """Give an order and take what is told; returns how it ended. Raises WorkerLostError."""
        self._name = await self.cluster.call(self.address, worker.begin, order.to_text(), order.folder)
        seen, ended = 0, None
        try:
            if self._ending:
                await self.end()
            while True:
                told = json.loads(
                    await self.cluster.call(self.address, worker.news, self._name, seen, NEWS_S)
                )
                lines, over, words = told
                for line in lines:
                    seen += 1
                    event = _heard(line)
                    if isinstance(event, Ended):
                        ended = event
                    else:
                        take(event)
                if over:
                    if ended is None:
                        raise WorkerLostError(words or "what measures there ended")
                    return ended
        finally:
            with contextlib.suppress(WorkerLostError):
                await self.cluster.call(self.address, worker.forget, self._name)

    async def end(self) -> None:
        """Ask it to stop: what it has measured is still told."""
        self._ending = True
        if self._name is not None:
            with contextlib.suppress(WorkerLostError):
                await self.cluster.call(self.address, worker.end, self._name)


async def listen(cluster: Cluster, address: str, order: Order, take: Callable[[Told], None]) -> Ended:
    """Give an order to a worker and take what is told; returns how it ended. Raises WorkerLostError."""
    return await Listener(cluster, address).listen(order, take)


def _heard(line: str) -> Told:
    try:
        return heard(line)
    except (ValueError, KeyError, TypeError) as error:
        raise WorkerLostError(f"it tells what this version does not understand: {error}") from error
