"""How late an event loop is: a 10 ms schedule, absolute, on which every tick that was missed counts."""

import asyncio
from collections.abc import Callable

TICK_S = 0.010


class LoopLag:
    """How late a 10 ms tick runs on the running loop.

    The schedule is absolute, and each tick that was missed counts with its own lateness: a loop that is blocked
    for a second is late a hundred times, not once.
    """

    def __init__(self, late_ns: "list[int]") -> None:
        self._late_ns = late_ns
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + TICK_S
        self._handle = self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        while self._due <= now:
            self._late_ns.append(int((now - self._due) * 1e9))
            self._due += TICK_S
        self._handle = self._loop.call_at(self._due, self._tick)

    def stop(self) -> None:
        """Stop ticking."""
        self._handle.cancel()


def lag_ns(call: "Callable[[], object] | None", seconds: float) -> "list[int]":
    """Return how late each tick of a new loop was (ns), with calls made on it one after another, or none."""
    late: list[int] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        lag = LoopLag(late)
        if call is None:
            await asyncio.sleep(seconds)
        else:
            ends = loop.time() + seconds
            while loop.time() < ends:
                call()
                await asyncio.sleep(0)
            await asyncio.sleep(0)  # for the ticks that the last call held up
        lag.stop()

    asyncio.run(watched())
    return late
