"""Waiting until a job is due: to an absolute moment, never early, and as little late as the system allows.

A thread sleeps with `time.sleep`, which the kernel ends within a tenth of a millisecond. An event loop's own timers
are late by up to one (asyncio rounds its time-outs up to whole ms) or early by up to one (libuv counts in whole ms),
which would show as a difference between strategies that is none. So a loop waits with a timerfd where there is one.
All moments are perf_counter_ns, which is CLOCK_MONOTONIC on Linux.
"""

import asyncio
import heapq
import os
import time
from typing import Protocol

from .clock import Clock
from .timerfd import NONE_HERE, system_calls


class DueTimer(Protocol):
    """Wakes the tasks of one event loop, each at its own moment."""

    async def until(self, due_ns: int) -> None:
        """Return as soon as the clock has reached `due_ns`, never before."""

    def close(self) -> None:
        """Release what the timer holds; no task waits any more."""


def due_timer() -> DueTimer:
    """Return the best timer that there is for the running event loop."""
    try:
        return TimerfdTimer(asyncio.get_running_loop())
    except NONE_HERE:
        return LoopTimer()


class LoopTimer:
    """The event loop's own timers, checked again on waking."""

    def __init__(self, clock: Clock = time.perf_counter_ns) -> None:
        self._clock = clock

    async def until(self, due_ns: int) -> None:
        """Return as soon as the clock has reached `due_ns`, never before."""
        at_least_s = 0.0
        while (left_ns := due_ns - self._clock()) > 0:
            await asyncio.sleep(max(left_ns / 1e9, at_least_s))
            at_least_s = 0.001  # woken early: a loop that counts in whole ms would otherwise spin

    def close(self) -> None:
        """Hold nothing."""


class TimerfdTimer:
    """One timerfd for all tasks, armed for the one that is due first."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        create, self._arm = system_calls()
        self._loop = loop
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._came = 0
        self._fd = create()
        loop.add_reader(self._fd, self._fired)

    async def until(self, due_ns: int) -> None:
        """Return as soon as the clock has reached `due_ns`, never before."""
        if due_ns <= time.perf_counter_ns():
            return
        future = self._loop.create_future()
        self._came += 1  # who is due at the same moment is woken in the order of coming
        heapq.heappush(self._waiting, (due_ns, self._came, future))
        if self._waiting[0][2] is future:
            self._arm(self._fd, due_ns, 0)
        await future

    def close(self) -> None:
        """Release the file descriptor."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def _fired(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return  # armed anew between the loop's look and this one: it will fire again
        now_ns, waiting = time.perf_counter_ns(), self._waiting
        while waiting and waiting[0][0] <= now_ns:
            _, _, future = heapq.heappop(waiting)
            if not future.done():  # its task may have been cancelled
                future.set_result(None)
        if waiting:
            self._arm(self._fd, waiting[0][0], 0)
