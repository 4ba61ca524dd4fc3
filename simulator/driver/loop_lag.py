"""How late an event loop is: a 10 ms schedule, absolute, on which every tick that was missed counts.

A loop's own clock and timers are no ruler for it: uvloop's count in whole milliseconds, and asyncio's are late by up to
one. So every loop is asked by the same timerfd, and read by the same clock.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Protocol

from .timerfd import system_calls

TICK_NS = 10_000_000
NewLoop = Callable[[], asyncio.AbstractEventLoop]


class Ticker(Protocol):
    """Calls something on the running loop at every tick, or as soon after it as the loop comes to it."""

    def stop(self) -> None:
        """Call it no more."""


class LoopLag:
    """How late a 10 ms tick runs on the running loop.

    The schedule is absolute, and each tick that was missed counts with its own lateness: a loop that is blocked
    for a second is late a hundred times, not once.
    """

    def __init__(self, late_ns: "list[int]") -> None:
        self._late_ns = late_ns
        self._due = time.perf_counter_ns() + TICK_NS
        self._ticker = _ticker(self._due, self.tick)

    def tick(self) -> None:
        """Count all ticks that have become due."""
        now, due, late = time.perf_counter_ns(), self._due, self._late_ns
        while due <= now:
            late.append(now - due)
            due += TICK_NS
        self._due = due

    def stop(self) -> None:
        """Stop ticking; a tick that is due already, and that the loop has not come to, counts."""
        self.tick()
        self._ticker.stop()


def _ticker(first_ns: int, tick: "Callable[[], None]") -> Ticker:
    """Return the best ticker that there is for the running event loop."""
    loop = asyncio.get_running_loop()
    try:
        return _TimerfdTicker(loop, first_ns, tick)
    except (
        ImportError,
        AttributeError,
        OSError,
        NotImplementedError,
    ):  # not Linux, or a Python without ctypes
        return _LoopTicker(loop, first_ns, tick)


class _TimerfdTicker:
    """A timerfd that the kernel arms again by itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop, first_ns: int, tick: "Callable[[], None]") -> None:
        create, arm = system_calls()
        self._loop, self._tick, self._fd = loop, tick, create()
        try:
            arm(self._fd, first_ns, TICK_NS)
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
        left_s = (self._due - time.perf_counter_ns()) / 1e9
        self._handle = self._loop.call_later(max(left_s, 0.0005), self._fired)

    def _fired(self) -> None:
        now = time.perf_counter_ns()
        if self._due <= now:
            self._tick()
            self._due += (now - self._due) // TICK_NS * TICK_NS + TICK_NS
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
