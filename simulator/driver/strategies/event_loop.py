"""Asyncio fetch: one event loop of asyncio's kind, with N tasks; the parse runs inline, on the loop."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..clock import Clock
from ..due_timer import DueTimer, LoopTimer, due_timer
from ..loop_lag import LoopLag
from ..shared.failure import Failure
from .interface import ShardPlan
from .jobs import opener
from .loop_shard import LoopShard, Opener

WINDOWS = "winloop"


class EventLoopShard(LoopShard):
    """N tasks on one event loop."""

    def __init__(self, plan: ShardPlan, parts: "LoopParts | None" = None) -> None:
        self._parts = parts or LoopParts()
        super().__init__(plan, self._parts.clock, self._parts.opener)
        self._loop: asyncio.AbstractEventLoop | None = None

    def _open(self) -> str:
        strategy = self._spec.strategy
        self._loop = loop = self._parts.new_loop(strategy.loop)
        if strategy.eager_tasks:
            make_eager(loop)
        return f"{type(loop).__module__}.{type(loop).__qualname__}"

    def _run(self, work: "Callable[[], Awaitable[None]]") -> None:
        assert self._loop is not None  # noqa: S101 - start comes first
        self._loop.run_until_complete(work())

    def _close(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None:
            return
        loop.run_until_complete(self._close_clients())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    async def _together(
        self, works: "Sequence[Callable[[], Awaitable[Any]]]", *, bears: bool = False
    ) -> "list[Any]":
        return await asyncio.gather(*(work() for work in works), return_exceptions=bears)

    def _timer(self, *, waits: bool) -> DueTimer:
        return self._parts.due_timer() if waits else LoopTimer()

    @asynccontextmanager
    async def _watched(self) -> "AsyncIterator[None]":
        lag = LoopLag(self.outcome.loop_lag_ns)
        try:
            yield
        finally:
            lag.stop()


def new_loop(kind: str) -> asyncio.AbstractEventLoop:
    """Return a new event loop. Raises Failure where another library's is asked for and cannot be imported."""
    if kind == "asyncio":
        return asyncio.new_event_loop()
    try:
        library = import_module(kind)
    except ImportError as error:
        other = "; it is uvloop for Windows, and the job runs elsewhere" if kind == WINDOWS else ""
        raise Failure(
            "unsupported",
            f"{kind} cannot be imported ({error}){other}; install it in the Python that runs the driver,"
            f" or leave out `loop: {kind}`",
        ) from error
    made: asyncio.AbstractEventLoop = library.new_event_loop()
    return made


def make_eager(loop: asyncio.AbstractEventLoop) -> None:
    """Let its tasks begin as soon as they are made, before the loop comes to them. Raises Failure: an older Python."""
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)
        return
    has = f"{sys.version_info[0]}.{sys.version_info[1]}"
    raise Failure(
        "unsupported",
        f"eager tasks need Python 3.12 or newer, and {sys.executable} is {has}; name another with --python, or"
        " leave out `eager_tasks`",
    )


@dataclass(frozen=True)
class LoopParts:
    """What an event-loop shard takes from outside; a test can put one with a simulated clock in its plan."""

    clock: Clock = time.perf_counter_ns
    new_loop: "Callable[[str], asyncio.AbstractEventLoop]" = new_loop
    opener: Opener = opener
    due_timer: "Callable[[], DueTimer]" = due_timer
