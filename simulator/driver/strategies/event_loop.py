"""Asyncio fetch: one loop, a task and a client per job in flight; the parse runs inline, on the loop."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ..due_timer import Clock, DueTimer, LoopTimer, due_timer
from ..gil import is_enabled as gil_enabled
from ..loop_lag import LoopLag
from ..sample import UNKNOWN, Emit, SampleLog
from ..shared.failure import Failure, describe
from ..spec import Spec
from ..tickets import Claim
from ..work import Parse
from .interface import Outcome, ShardPlan, Worker
from .jobs import ErrorLog, clocks, open_client, open_parse, warmup_pages

OK = 200


class EventLoopShard:
    """N tasks on one loop. The loop runs only during start, run and release, so it stands still while read."""

    def __init__(self, plan: ShardPlan, parts: "LoopParts | None" = None) -> None:
        self.outcome = Outcome()
        self._parts = parts or LoopParts()
        self._plan = plan
        self._spec = plan.spec
        self._log = ErrorLog()
        self._clients: list[Any] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._parse: Parse | None = None

    def start(self) -> "list[Worker]":
        """Make the loop and one client per task, and warm each up."""
        self._parse = parse = self._open_parse()
        self._loop = loop = self._parts.new_loop(self._spec.strategy.loop)
        self.outcome.notes["loop"] = f"{type(loop).__module__}.{type(loop).__qualname__}"
        self._run(self._warm_up(parse))
        plan = self._plan
        return [Worker(plan.first_worker, os.getpid(), threading.get_native_id(), plan.shard, gil_enabled())]

    def run(self, go_ns: "int | None" = None) -> int:
        """Run every task until no job is left."""
        parse = self._parse
        assert parse is not None  # noqa: S101 - start comes first
        if go_ns is None:
            go_ns = self._parts.clock()
        claim = self._plan.tickets.open(go_ns)
        self._run(self._window(parse, claim))
        self.outcome.errors.extend(self._log.kept)
        return go_ns

    def release(self) -> None:
        """Close the clients and the loop."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        loop.run_until_complete(self._close_clients())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    def _open_parse(self) -> Parse:
        return open_parse(self._spec)

    def _run(self, work: "Coroutine[Any, Any, None]") -> None:
        assert self._loop is not None  # noqa: S101 - start comes first
        try:
            self._loop.run_until_complete(work)
        except Failure:
            raise
        except Exception as error:
            raise Failure("failed", f"a worker broke: {describe(error)}") from error

    async def _close_clients(self) -> None:
        for client in self._clients:
            await client.close()

    async def _warm_up(self, parse: Parse) -> None:
        async def warm(index: int, client: Any) -> None:
            for page in warmup_pages(self._spec, index):
                url = f"{self._spec.base_url}/pages/{page}"
                _, body = await client.fetch(url)
                # What raises here raises again in the window, where it counts.
                with contextlib.suppress(BaseException):
                    parse(page, body)

        # Built on the running loop: a client binds itself to it.
        self._clients.extend(self._parts.open_client(self._spec) for _ in self._plan.indices)
        await asyncio.gather(*map(warm, self._plan.indices, self._clients))

    async def _window(self, parse: Parse, claim: Claim) -> None:
        lag = LoopLag(self.outcome.loop_lag_ns) if self._spec.instrument else None
        emit = self._plan.emit
        if emit is None:
            self.outcome.logs.append(log := SampleLog())
            emit = log.add
        timer = self._parts.due_timer() if self._plan.tickets.due is not None else LoopTimer()
        try:
            await asyncio.gather(*(self._task(client, parse, claim, emit, timer) for client in self._clients))
        finally:
            timer.close()
            if lag is not None:
                lag.stop()

    async def _task(self, client: Any, parse: Parse, claim: Claim, emit: Emit, timer: DueTimer) -> None:
        spec, log = self._spec, self._log
        worker, due_at = self._plan.first_worker, self._plan.tickets.due
        fetch, prefix = client.fetch, f"{spec.base_url}/pages/"
        clock, cpu = clocks(instrument=spec.instrument, clock=self._parts.clock)
        due = 0
        while (page := claim()) >= 0:
            record, error, parse_cpu = None, "", 0
            url = f"{prefix}{page}"
            if due_at is not None:
                due = due_at(page)
                await timer.until(due)
            start = clock()
            try:
                status, body = await fetch(url)
            except Exception as raised:  # noqa: BLE001 - whatever a client raises is this job's error
                fetched = parsed = clock()
                error = log.fetch(page, raised)
            else:
                fetched, cpu_start = clock(), cpu()
                if status == OK:
                    try:
                        record = parse(page, body)
                    except BaseException as raised:  # noqa: BLE001 - a parser may even call sys.exit
                        error = log.parse(page, raised)
                else:
                    error = log.status(page, status)
                parse_cpu, parsed = cpu() - cpu_start, clock()
                del body  # else every task holds its last page while it waits for the next one
            # Ready is as soon as parsed, unless the record still has to cross from one process to another.
            numbers = (
                page, worker, due or start, start, fetched, parsed, parsed, UNKNOWN, parse_cpu, worker, fetched,
            )  # fmt: skip
            emit(numbers, record, error)


def new_loop(kind: str) -> asyncio.AbstractEventLoop:
    """Return a new event loop. Raises Failure where uvloop is asked for and cannot be imported."""
    if kind != "uvloop":
        return asyncio.new_event_loop()
    try:
        import uvloop  # noqa: PLC0415 - only where it is asked for
    except ImportError as error:
        raise Failure(
            "unsupported",
            f"uvloop cannot be imported ({error}); install it in the Python that runs the driver,"
            " or leave out `loop: uvloop`",
        ) from error
    return uvloop.new_event_loop()


@dataclass(frozen=True)
class LoopParts:
    """What an event-loop shard takes from outside; a test can put one with a simulated clock in its plan."""

    clock: Clock = time.perf_counter_ns
    new_loop: "Callable[[str], asyncio.AbstractEventLoop]" = new_loop
    open_client: "Callable[[Spec], Any]" = open_client
    due_timer: "Callable[[], DueTimer]" = due_timer
