"""A machine whose time passes by rule: cores, a GIL, and threads that are granted both in the order in which they ask.

Real threads run in it, one at a time; time goes on when all of them wait for something. So what an estimator says of a
call is the same on every machine, busy or not.
"""

import heapq
import threading
from collections import deque

Call = list[tuple[str, float]]
"""Pieces in their order: `hold` (the GIL, on a core), `free` (on a core), `sleep`; each with its seconds."""


class _Resource:
    def __init__(self, count: int) -> None:
        self.free = count
        self.line: deque[threading.Semaphore] = deque()


class World:
    """Runs so many threads; the first call of each is its warm-up, and takes no time.

    Args:
        threads: how many there will be, besides the one that made it.
        cores: how many of them can run at once.
        call: what every call is.
    """

    def __init__(self, threads: int, cores: int, call: Call) -> None:
        self.now = 0.0
        self._call = call
        self._kernel = threading.Lock()
        self._running = threads
        self._timers: list[tuple[float, int, threading.Semaphore]] = []
        self._gil, self._cores = _Resource(1), _Resource(cores)
        self._ticket = 0
        self._seen = threading.local()
        self._started = False

    def call(self, _number: int) -> None:
        """Do a call, beginning and ending with the GIL, as Python code does."""
        if not getattr(self._seen, "warm", False):
            self._seen.warm = True
            return
        for kind, seconds in self._call:
            if kind == "hold":
                self._take(self._gil)
            if kind != "sleep":
                self._take(self._cores)
            self._wait(seconds)
            if kind != "sleep":
                self._give(self._cores)
            if kind == "hold":
                self._give(self._gil)

    def clock(self) -> float:
        """Tell the time: who asks needs the GIL. It is asked once at the start, and then by each thread at its end."""
        if not self._started:
            self._started = True
            return self.now
        self._take(self._gil)
        now = self.now
        self._give(self._gil)
        with self._kernel:
            self._leave()
        return now

    def _take(self, resource: _Resource) -> None:
        mine = threading.Semaphore(0)
        with self._kernel:
            if resource.free:
                resource.free -= 1
                return
            resource.line.append(mine)
            self._leave()
        mine.acquire()

    def _give(self, resource: _Resource) -> None:
        with self._kernel:
            if resource.line:
                self._running += 1
                resource.line.popleft().release()
            else:
                resource.free += 1

    def _wait(self, seconds: float) -> None:
        mine = threading.Semaphore(0)
        with self._kernel:
            self._ticket += 1
            heapq.heappush(self._timers, (self.now + seconds, self._ticket, mine))
            self._leave()
        mine.acquire()

    def _leave(self) -> None:
        """One thread runs no more; when it was the last, time goes on to the next that is due."""
        self._running -= 1
        if self._running == 0 and self._timers:
            self.now, _, mine = heapq.heappop(self._timers)
            self._running = 1
            mine.release()
