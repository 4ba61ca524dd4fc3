"""How late a loop is: a 10 ms schedule, absolute, on which every tick that was missed counts.

A loop's own clock and timers are no ruler for it: uvloop's count in whole milliseconds, and asyncio's are late by up to
one. So every loop is asked by the same timerfd, and read by the same clock.
"""

import time
from collections.abc import Callable
from typing import Protocol

TICK_NS = 10_000_000
LEAST_S = 0.0005
"""A loop's own timer is set to no less, where there is no timerfd: one that fires early finds no tick due."""


class Ticker(Protocol):
    """Calls something on the running loop at every tick, or as soon after it as the loop comes to it."""

    def stop(self) -> None:
        """Call it no more."""


OpenTicker = Callable[[int, Callable[[], None]], Ticker]
"""Opens one with the moment of the first tick (ns), and what is to be called."""


class Ticks:
    """How late a 10 ms tick runs on the running loop.

    The schedule is absolute, and each tick that was missed counts with its own lateness: a loop that is blocked
    for a second is late a hundred times, not once.
    """

    def __init__(self, late_ns: "list[int]", open_ticker: OpenTicker) -> None:
        self._late_ns = late_ns
        self._due = time.perf_counter_ns() + TICK_NS
        self._ticker = open_ticker(self._due, self.tick)

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


def left_s(due_ns: int) -> float:
    """Return for how long a loop's own timer is to be set for a tick that is due at this moment."""
    return max((due_ns - time.perf_counter_ns()) / 1e9, LEAST_S)


def following(due_ns: int) -> int:
    """Return when the first tick after now is due, of a schedule that has one at this moment."""
    now = time.perf_counter_ns()
    return due_ns if now < due_ns else due_ns + ((now - due_ns) // TICK_NS + 1) * TICK_NS
