"""How late asyncio's loop is, and those that stand in its place."""

import asyncio
import os
import time
from collections.abc import Callable

from .ticks import TICK_NS, Ticker, Ticks, following, left_s
from .timerfd import NONE_HERE, ticking

NewLoop = Callable[[], asyncio.AbstractEventLoop]


class LoopLag(Ticks):
    """How late a 10 ms tick runs on the running loop."""

    def __init__(self, late_ns: "list[int]") -> None:
        super().__init__(late_ns, _ticker)


def _ticker(first_ns: int, tick: "Callable[[], None]") -> Ticker:
    """Return the best ticker that there is for the running event loop."""
    loop = asyncio.get_running_loop()
    try:
        return _TimerfdTicker(loop, first_ns, tick)
    except (*NONE_HERE, NotImplementedError):  # or a loop that watches no descriptors
        return _LoopTicker(loop, first_ns, tick)


class _TimerfdTicker:
    """A timerfd that the kernel arms again by itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop, first_ns: int, tick: "Callable[[], None]") -> None:
        self._loop, self._tick, self._fd = loop, tick, ticking(first_ns, TICK_NS)
        try:
            loop.add_reader(self._fd, self._fired)
        except BaseException:
            os.close(self._fd)
            raise

    def _fired(self) -> None:
        os.read(self._fd, 8)
        self._tick()

    def stop(self) -> None:
        self._loop.remove_reader(self._fd)
        os.close(self._fd)


class _LoopTicker:
    """The loop's own timers. One that fires early finds no tick due, and is set again."""

    def __init__(self, loop: asyncio.AbstractEventLoop, first_ns: int, tick: "Callable[[], None]") -> None:
        self._loop, self._tick, self._due = loop, tick, first_ns
        self._set()

    def _set(self) -> None:
        self._handle = self._loop.call_later(left_s(self._due), self._fired)

    def _fired(self) -> None:
        self._tick()
        self._due = following(self._due)
        self._set()

    def stop(self) -> None:
        self._handle.cancel()


def lag_ns(
    call: "Callable[[], object] | None", seconds: float, new_loop: NewLoop = asyncio.new_event_loop
) -> "list[int]":
    """Return how late each tick of a new loop was (ns), with calls made on it one after another, or none."""
    late: list[int] = []

    async def watched() -> None:
        lag = LoopLag(late)
        if call is None:
            await asyncio.sleep(seconds)
        else:
            ends = time.perf_counter() + seconds
            while time.perf_counter() < ends:
                call()
                await asyncio.sleep(0)
        lag.stop()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(watched())
    return late
