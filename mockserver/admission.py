"""Who may be served: a rate limit at the door, then a queue for a number of places.

There is one for the whole server, in its leader: every worker asks it before it serves, and tells it when a place is
free again. So there is one bucket and one queue however many workers there are.

A place changes hands at a moment, not when somebody hears of it: the next request's service begins with the last byte
of the one before it. What workers take to tell each other is part of a delay that is slept until an absolute deadline
anyway, so that `capacity` requests are served at a time and a place is never left empty while somebody waits.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mockserver.config import ServerConfig
from mockserver.rate_limit import TokenBucket

_MOST_PAGES_COUNTED = 1_000_000


@dataclass(order=True)
class _Waiting:
    """A request in the queue; the one that arrived first is the least."""

    received_ns: int
    ticket: int
    key: str = field(compare=False)
    begun: "asyncio.Future[int | None]" = field(compare=False)


class Admission:
    """The door of one server.

    Args:
        config: Its capacity and its rate limit.
        clock: In nanoseconds.
    """

    def __init__(self, config: ServerConfig, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._limit = config.rate_limit
        self._bucket = None if config.rate_limit is None else TokenBucket(config.rate_limit)
        self._capacity = config.capacity
        self._served: set[str] = set()
        self._free_since_ns: deque[int] = deque([clock()] * (config.capacity or 0))
        self._queue: list[_Waiting] = []
        self._waiting: dict[str, _Waiting] = {}
        self._tickets = 0
        self._asked: dict[int, int] = {}
        self._length = _Length(clock())

    async def enter(self, key: str, page: int, attempt: int | None, received_ns: int) -> dict[str, int]:
        """Let a request in as soon as it may be served.

        Args:
            key: Names it, until it leaves.
            page: Page id.
            attempt: Which one it says that it is; None: the next one of that page since the last reset.
            received_ns: When it arrived.

        Returns:
            Its `attempt`, and `begun_ns`: from when on it is served; or `wait_ns`, where the rate limit refuses it.
        """
        if attempt is None:
            attempt = self._next_attempt(page)
        if self._bucket is not None and (wait_ns := self._bucket.take(received_ns)):
            return {"attempt": attempt, "wait_ns": wait_ns}
        if self._capacity is None:
            return {"attempt": attempt, "begun_ns": received_ns}
        if self._free_since_ns:
            self._served.add(key)
            return {"attempt": attempt, "begun_ns": max(received_ns, self._free_since_ns.popleft())}
        begun_ns = await self._queued(key, received_ns)
        return {"attempt": attempt, "begun_ns": received_ns if begun_ns is None else begun_ns}

    def leave(self, key: str, free_ns: int) -> None:
        """Give its place to the next one, or its place in the queue up; does nothing if it has neither.

        Args:
            key: Of a request that entered, or still waits.
            free_ns: When its last byte was handed over, or its client was gone.
        """
        waiting = self._waiting.pop(key, None)
        if waiting is not None:
            self._length.change(-1, self._clock())
            if not waiting.begun.done():  # whoever waited for it in another worker goes on, and finds nobody
                waiting.begun.set_result(None)
        elif key in self._served:
            self._served.remove(key)
            self._give(free_ns)

    def apply(self, config: ServerConfig) -> None:
        """Have another capacity and rate limit; what is served goes on, and what waits is not lost."""
        if config.rate_limit != self._limit:
            self._limit = config.rate_limit
            self._bucket = None if config.rate_limit is None else TokenBucket(config.rate_limit)
        if config.capacity == self._capacity:
            return
        now_ns, self._capacity = self._clock(), config.capacity
        if self._capacity is None:
            self._served.clear()
            self._free_since_ns.clear()
            while self._begin_next(now_ns):
                pass
            return
        while len(self._served) + len(self._free_since_ns) > self._capacity and self._free_since_ns:
            self._free_since_ns.pop()
        while len(self._served) + len(self._free_since_ns) < self._capacity:
            self._give(now_ns)

    def reset(self) -> None:
        """Start a new window: a full bucket, no page asked for. The queue stays as it is."""
        if self._bucket is not None:
            self._bucket.fill()
        self._asked.clear()
        self._length.reset(self._clock())

    def queue(self) -> dict[str, Any] | None:
        """Give how many wait now, and since the last reset at most and in the mean over time; None: no queue."""
        return None if self._capacity is None else self._length.summary(self._clock())

    def _next_attempt(self, page: int) -> int:
        attempt = self._asked[page] = self._asked.pop(page, 0) + 1
        if len(self._asked) > _MOST_PAGES_COUNTED:
            del self._asked[next(iter(self._asked))]
        return attempt

    async def _queued(self, key: str, received_ns: int) -> int | None:
        self._tickets += 1
        waiting = _Waiting(received_ns, self._tickets, key, asyncio.get_running_loop().create_future())
        heapq.heappush(self._queue, waiting)
        self._waiting[key] = waiting
        self._length.change(1, self._clock())
        return await waiting.begun

    def _give(self, free_ns: int) -> None:
        """Let somebody have a place that is free since a moment, unless there are enough places without it."""
        if self._capacity is None or len(self._served) + len(self._free_since_ns) >= self._capacity:
            return
        if not self._begin_next(free_ns):
            self._free_since_ns.append(free_ns)

    def _begin_next(self, free_ns: int) -> bool:
        while self._queue:
            waiting = heapq.heappop(self._queue)
            if self._waiting.get(waiting.key) is not waiting:  # it has left
                continue
            del self._waiting[waiting.key]
            self._length.change(-1, self._clock())
            if self._capacity is not None:
                self._served.add(waiting.key)
            if not waiting.begun.done():
                waiting.begun.set_result(max(waiting.received_ns, free_ns))
                return True
            self._served.discard(waiting.key)  # cancelled, and has not said so yet
        return False


class _Length:
    """How many wait, over time."""

    def __init__(self, now_ns: int) -> None:
        self._now = self._most = self._area = 0
        self._since_ns = self._changed_ns = now_ns

    def change(self, by: int, now_ns: int) -> None:
        self._area += self._now * (now_ns - self._changed_ns)
        self._changed_ns = now_ns
        self._now += by
        self._most = max(self._most, self._now)

    def reset(self, now_ns: int) -> None:
        self._since_ns = self._changed_ns = now_ns
        self._area = 0
        self._most = self._now

    def summary(self, now_ns: int) -> dict[str, Any]:
        area = self._area + self._now * (now_ns - self._changed_ns)
        mean = area / (now_ns - self._since_ns) if now_ns > self._since_ns else float(self._now)
        return {"waiting": self._now, "max": self._most, "mean": mean}
