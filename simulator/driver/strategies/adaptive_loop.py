"""Asyncio fetch with as many tasks as answers allow: their number is a limit that follows how long answers take."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ..clock import Clock
from ..limit import Limit
from ..shared.recorder import OK
from ..tickets import Claim
from .event_loop import EventLoopShard
from .loop_shard import Do

BUSY, SERVERS_OWN = 429, 500
"""Statuses that say that too much is asked for: this one, and those from that one on."""


class AdaptiveShard(EventLoopShard):
    """Up to N tasks on one event loop."""

    async def _overlap(self, do: Do, claim: Claim, turn: "Callable[[int], Awaitable[None]]") -> None:
        del turn  # its tasks begin one after the other in any case
        limit = Limit(self._plan.width)
        crew = Crew(limit, do, claim)
        pairs = zip(self._clients, self._prefixes, strict=True)
        crew.add([(TimedClient(client, limit, self._clock, crew.fill), prefix) for client, prefix in pairs])
        await crew.done()
        self.outcome.notes["settled_in_flight"] = limit.settled


class TimedClient:
    """Tells a limit of each answer of a client."""

    def __init__(self, client: Any, limit: Limit, clock: Clock, changed: "Callable[[], None]") -> None:
        self._fetch = client.fetch
        self._limit, self._clock, self._changed = limit, clock, changed

    async def fetch(self, *asked: Any) -> Any:
        """Return what the client does."""
        limit, began, allowed = self._limit, self._clock(), self._limit.now
        try:
            found = await self._fetch(*asked)
        except Exception:
            limit.answered(began, self._clock(), well=False, refused=True)
            raise
        status = found[0]
        refused = status == BUSY or status >= SERVERS_OWN
        limit.answered(began, self._clock(), well=status in OK, refused=refused)
        if limit.now > allowed:
            self._changed()
        return found


class Crew:
    """Tasks, as many as a limit allows.

    One that is too many claims no further job, and so ends; its client waits for the next task.
    """

    def __init__(self, limit: Limit, do: Do, claim: Claim) -> None:
        self._limit, self._do, self._claim = limit, do, claim
        self._free: list[tuple[TimedClient, str]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0
        self._left = True
        self._settled = asyncio.get_running_loop().create_future()

    def add(self, clients: "list[tuple[TimedClient, str]]") -> None:
        """Begin, with these clients and what their URLs begin with."""
        self._free.extend(reversed(clients))
        self.fill()

    def fill(self) -> None:
        """Have as many tasks as are allowed."""
        while self._left and self._free and self._working < self._limit.now:
            self._working += 1
            task = asyncio.create_task(self._work(*self._free.pop()))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def done(self) -> None:
        """Return when no job is left and no task; raise what the first task raised that did."""
        try:
            await self._settled
        finally:
            for task in self._tasks:
                task.cancel()

    async def _work(self, client: TimedClient, prefix: str) -> None:
        goes_on = True

        def claim() -> int:
            nonlocal goes_on
            if goes_on and self._working > self._limit.now:
                goes_on = False
                self._working -= 1
            if not goes_on:
                return -1
            page = self._claim()
            if page < 0:
                self._left = goes_on = False
                self._working -= 1
            return page

        await self._do(client, prefix, claim)
        self._free.append((client, prefix))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if self._settled.done():
            return
        if task.cancelled():  # by its own client: nobody else cancels one before all is settled
            self._settled.cancel()
            return
        error = task.exception()
        if error is not None:
            self._settled.set_exception(error)
            return
        self.fill()
        if not self._tasks:
            self._settled.set_result(None)
