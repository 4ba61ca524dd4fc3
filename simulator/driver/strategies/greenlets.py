"""Blocking fetch in greenlets: what people write for threads, in an interpreter in which gevent has patched all waits.

A thread of Python's own is a greenlet there, and a lock one of gevent's, so this is the same team of workers. What
differs is what can be known: all of them are one thread of the system, whose CPU is that of all; and its hub, which
switches between them, is a loop that can be asked how late it is.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gevent
from gevent import monkey
from gevent.socket import wait_read

from ..shared.failure import Failure
from ..ticks import TICK_NS, Ticks, following, left_s
from ..timerfd import NONE_HERE, Timerfds, ticking
from .blocking import BlockingShard, JobThread
from .interface import ShardPlan, Worker

READABLE = 1


class JobGreenlet(JobThread):
    """One job in flight, in a greenlet."""

    alone = False
    """Its thread's CPU between two moments is that of all greenlets."""

    def __init__(self, *made_of: Any) -> None:
        super().__init__(*made_of)
        self._fds: Timerfds | None = None
        self._worker = self._plan.first_worker  # one thread, one worker

    def sleep_until(self, due_ns: int) -> int:
        """Let others run until `due_ns`, never less; return it. The hub's own timers are late by up to 1 ms."""
        while (left_ns := due_ns - time.perf_counter_ns()) > 0:
            try:
                self._fds = self._fds or Timerfds()
                fd = self._fds.armed(due_ns)
            except NONE_HERE:
                gevent.sleep(left_ns / 1e9)
            else:
                wait_read(fd)
                self._fds.fired(fd)
        return due_ns

    def release(self) -> None:
        """Close the connection."""
        super().release()
        if self._fds is not None:
            self._fds.close()


class GreenletShard(BlockingShard):
    """N greenlets of this thread."""

    def __init__(self, plan: ShardPlan) -> None:
        if sys.platform != "linux":
            raise Failure(
                "unsupported",
                "greenlets are measured on Linux only: elsewhere a driver needs a thread that waits to end with its"
                " runner",
            )
        if not monkey.is_module_patched("socket"):
            raise Failure(
                "failed", "gevent has not patched this interpreter; the driver is started by its folder"
            )
        super().__init__(plan)

    def start(self) -> "list[Worker]":
        """Start the greenlets and wait until each is up."""
        workers = super().start()
        loop: Any = gevent.get_hub().loop
        self.outcome.notes["loop"] = f"gevent {gevent.__version__} {type(loop).__module__.split('.')[1]}"
        return [replace(workers[0], up_ns=max(worker.up_ns for worker in workers))]

    def run(self, go_ns: "int | None" = None) -> int:
        """Open the tickets, release the greenlets and wait until all are parked."""
        if not self._plan.spec.instrument:
            return super().run(go_ns)
        lag = Ticks(self.outcome.loop_lag_ns, HubTicker)
        try:
            return super().run(go_ns)
        finally:
            lag.stop()

    def _member(self) -> "type[JobThread]":
        return JobGreenlet


class HubTicker:
    """A timerfd that the hub watches, or, where there is none, a timer of the hub's own."""

    def __init__(self, first_ns: int, tick: "Callable[[], None]") -> None:
        self._tick, self._due = tick, first_ns
        self._loop: Any = gevent.get_hub().loop
        self._fd: int | None = None
        try:
            self._fd = ticking(first_ns, TICK_NS)
        except NONE_HERE:
            self._set()
        else:
            self._watcher = self._loop.io(self._fd, READABLE)
            self._watcher.start(self._fired)

    def stop(self) -> None:
        """Call it no more."""
        self._watcher.stop()
        self._watcher.close()
        if self._fd is not None:
            os.close(self._fd)

    def _fired(self) -> None:
        assert self._fd is not None  # noqa: S101 - else it is not watched
        os.read(self._fd, 8)
        self._tick()

    def _set(self) -> None:
        self._watcher = self._loop.timer(left_s(self._due))
        self._watcher.start(self._came)

    def _came(self) -> None:
        self._tick()
        self._due = following(self._due)
        self._watcher.close()
        self._set()
