"""Trio fetch: one trio loop with N tasks; the parse runs inline, on the loop.

Trio's loop cannot be stopped and go on. So start, warm-up, window and end are runs of their own, with the same clients:
a connection is a socket, which waits in whichever run asks.
"""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from ..shared.failure import Failure
from ..ticks import TICK_NS, Ticks, following, left_s
from ..timerfd import NONE_HERE, Timerfds, ticking
from .loop_shard import LoopShard

if TYPE_CHECKING:
    from ..due_timer import DueTimer


class TrioShard(LoopShard):
    """N tasks on one trio loop."""

    def _open(self) -> str:
        return f"trio {trio.__version__}"

    def _run(self, work: "Callable[[], Awaitable[None]]") -> None:
        try:
            trio.run(work)
        except BaseExceptionGroup as group:
            # Of several that broke at the same time the first one tells enough; the others were ended for it.
            first = first_of(group)
            if isinstance(first, Exception):
                raise first from group
            raise

    def _close(self) -> None:
        if self._clients:
            trio.run(self._close_clients)
            self._clients.clear()

    async def _together(
        self, works: "Sequence[Callable[[], Awaitable[Any]]]", *, bears: bool = False
    ) -> "list[Any]":
        results: list[Any] = [None] * len(works)

        async def do(index: int, work: "Callable[[], Awaitable[Any]]") -> None:
            try:
                results[index] = await work()
            except Exception as error:
                if not bears:
                    raise
                results[index] = error

        async with trio.open_nursery() as nursery:
            for index, work in enumerate(works):
                nursery.start_soon(do, index, work)
        return results

    def _timer(self, *, waits: bool) -> "DueTimer":
        if waits:
            with suppress(*NONE_HERE):
                return FdTimer()
        return OwnTimer()

    @asynccontextmanager
    async def _watched(self) -> "AsyncIterator[None]":
        async with trio.open_nursery() as nursery:
            lag = Ticks(self.outcome.loop_lag_ns, partial(NurseryTicker, nursery))
            try:
                yield
            finally:
                lag.stop()


def first_of(group: BaseExceptionGroup) -> BaseException:
    """Return the first exception in a group, or in the groups inside of it; a failure before any other."""
    found = [
        first_of(error) if isinstance(error, BaseExceptionGroup) else error for error in group.exceptions
    ]
    return next((error for error in found if isinstance(error, Failure)), found[0])


class FdTimer:
    """A timerfd for each task that waits: trio's own timers are late by up to a millisecond."""

    def __init__(self) -> None:
        self._fds = Timerfds()

    async def until(self, due_ns: int) -> None:
        """Return as soon as the clock has reached `due_ns`, never before."""
        if due_ns <= time.perf_counter_ns():
            return
        fd = self._fds.armed(due_ns)
        await trio.lowlevel.wait_readable(fd)
        self._fds.fired(fd)

    def close(self) -> None:
        """Release the file descriptors."""
        self._fds.close()


class OwnTimer:
    """Trio's own timers, checked again on waking."""

    async def until(self, due_ns: int) -> None:
        """Return as soon as the clock has reached `due_ns`, never before."""
        while (left_ns := due_ns - time.perf_counter_ns()) > 0:  # noqa: ASYNC110 - for a moment, no event
            await trio.sleep(left_ns / 1e9)

    def close(self) -> None:
        """Hold nothing."""


class NurseryTicker:
    """A task that a timerfd wakes, or, where there is none, trio's own timer."""

    def __init__(self, nursery: trio.Nursery, first_ns: int, tick: "Callable[[], None]") -> None:
        self._tick, self._scope = tick, trio.CancelScope()
        try:
            fd = ticking(first_ns, TICK_NS)
        except NONE_HERE:
            nursery.start_soon(self._by_itself, first_ns)
        else:
            nursery.start_soon(self._by, fd)

    def stop(self) -> None:
        """Call it no more."""
        self._scope.cancel()

    async def _by(self, fd: int) -> None:
        try:
            with self._scope:
                while True:
                    await trio.lowlevel.wait_readable(fd)
                    os.read(fd, 8)
                    self._tick()
        finally:
            os.close(fd)

    async def _by_itself(self, due_ns: int) -> None:
        with self._scope:
            while True:
                await trio.sleep(left_s(due_ns))
                self._tick()
                due_ns = following(due_ns)
