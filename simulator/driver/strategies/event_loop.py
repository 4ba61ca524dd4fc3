"""Asyncio fetch: one loop, a task and a client per job in flight; the parse runs inline, on the loop."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from ..clock import Clock
from ..due_timer import DueTimer, LoopTimer, due_timer
from ..loop_lag import LoopLag
from ..shared.blocking import OPENING, WARMING, opening_together
from ..shared.failure import Failure, describe
from ..shared.python import gil_enabled
from ..shared.ramp import turn_ns
from ..shared.recorder import OK, ErrorLog, Recorder
from ..spec import SHARED, Spec
from ..tickets import Claim
from .interface import Emit, Outcome, ShardPlan, Worker
from .jobs import Parse, check_opened, clocks, open_parse, opener, policy_of, warmup_pages

if TYPE_CHECKING:
    from ..shared.attempts import Job

Elsewhere = Callable[[int, bytes], Awaitable[tuple[int, int, int, int, Any, str, str]]]
"""Has a page parsed by another worker: what `Recorder.parsed` takes."""
AT_ONCE = 1000
"""Connections that are opened together: more may not fit into what the system lets wait for a server."""


class EventLoopShard:
    """N tasks on one loop. The loop runs only during start, run and release, so it stands still while read."""

    def __init__(self, plan: ShardPlan, parts: "LoopParts | None" = None) -> None:
        self.outcome = Outcome()
        self._parts = parts or LoopParts()
        self._plan = plan
        self._spec = plan.spec
        self._errors = ErrorLog()
        self._clients: list[Any] = []
        self._prefixes: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._parse: Parse | None = None
        self._elsewhere: Elsewhere | None = None

    def start(self) -> "list[Worker]":
        """Make the loop and one client per task, and connect each."""
        self._parse = self._open_parse()
        self._loop = loop = self._parts.new_loop(self._spec.strategy.loop)
        self.outcome.notes["loop"] = f"{type(loop).__module__}.{type(loop).__qualname__}"
        self._run(self._connect())
        plan = self._plan
        return [
            Worker(
                plan.first_worker,
                os.getpid(),
                threading.get_native_id(),
                plan.shard,
                gil_enabled(),
                self._parts.clock(),
            )
        ]

    def warm_up(self) -> None:
        """Let every task do its first jobs."""
        assert self._parse is not None  # noqa: S101 - start comes first
        self._run(self._warm_up(self._parse))

    def run(self, go_ns: "int | None" = None) -> int:
        """Run every task until no job is left."""
        parse = self._parse
        assert parse is not None  # noqa: S101 - start comes first
        if go_ns is None:
            go_ns = self._parts.clock()
        claim = self._plan.tickets.open(go_ns + self._spec.ramp_ns)
        self._run(self._window(parse, claim, go_ns))
        self.outcome.errors.extend(self._errors.kept)
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

    async def _connect(self) -> None:
        # Built on the running loop: a client binds itself to it.
        spec, plan = self._spec, self._plan
        openers = [self._parts.opener(replace(spec, base_url=url), plan.width) for url in spec.urls]
        self._clients.extend(opened() for opened in islice(cycle(openers), plan.width))
        self._prefixes.extend(islice(cycle([f"{url}/pages/" for url in spec.urls]), plan.width))
        for at in range(0, plan.width, AT_ONCE):
            for found in await self._fetched_by(slice(at, at + AT_ONCE), OPENING):
                check_opened(spec, found)

    async def _fetched_by(self, clients: slice, page: str, *, bears: bool = False) -> "list[Any]":
        fetches = [
            client.fetch(f"{prefix}{page}")
            for client, prefix in zip(self._clients[clients], self._prefixes[clients], strict=True)
        ]
        return await asyncio.gather(*fetches, return_exceptions=bears)

    async def _warm_up(self, parse: Parse) -> None:
        async def warm(index: int, client: Any, prefix: str) -> None:
            for page in warmup_pages(self._spec, index):
                url = f"{prefix}{page}{WARMING}"
                try:
                    status, _, body = await client.fetch(url)
                except Exception:  # noqa: BLE001, S112 - what raises here raises again in the window, where it counts
                    continue
                # The same.
                with contextlib.suppress(BaseException):
                    if status in OK:
                        parse(page, body)

        if self._spec.connections == SHARED:
            # What raises here raises again in the window, where it counts.
            await self._fetched_by(slice(None), opening_together(self._plan.width), bears=True)
        await asyncio.gather(*map(warm, self._plan.indices, self._clients, self._prefixes))

    async def _window(self, parse: Parse, claim: Claim, go_ns: int) -> None:
        lag = LoopLag(self.outcome.loop_lag_ns) if self._spec.instrument else None
        emit = self._plan.emit or self.outcome.new_log()
        ramp_ns = self._spec.ramp_ns
        waits = self._plan.tickets.due is not None or self._spec.retries is not None or ramp_ns
        timer = self._parts.due_timer() if waits else LoopTimer()
        answers = self._plan.answers
        if answers is not None:
            answers.open()
        try:
            do_jobs = self._jobs if self._spec.retries is None else self._jobs_with_retries
            tasks = [
                do_jobs(client, prefix, parse, claim, emit, timer)
                for client, prefix in zip(self._clients, self._prefixes, strict=True)
            ]
            await asyncio.gather(*(self._in_turn(tasks, timer, go_ns) if ramp_ns else tasks))
        finally:
            timer.close()
            if answers is not None:
                answers.close()
            if lag is not None:
                lag.stop()

    def _in_turn(
        self, tasks: "list[Coroutine[Any, Any, None]]", timer: DueTimer, go_ns: int
    ) -> "list[Coroutine[Any, Any, None]]":
        """Return the same tasks, each of which begins when its turn has come."""

        async def begun(place: int, task: "Coroutine[Any, Any, None]") -> None:
            await timer.until(go_ns + turn_ns(spec.ramp_ns, place, len(tasks), self._plan.shard, shards))
            await task

        spec, shards = self._spec, len(self._spec.strategy.widths)
        return [begun(place, task) for place, task in enumerate(tasks)]

    async def _jobs(
        self, client: Any, prefix: str, parse: Parse, claim: Claim, emit: Emit, timer: DueTimer
    ) -> None:
        """Do jobs in one task until none is left."""
        elsewhere, due_at, answers = self._elsewhere, self._plan.tickets.due, self._plan.answers
        recorder = self._recorder(emit)
        fetch = client.fetch
        due, now = 0, recorder.now
        while (page := claim()) >= 0:
            url = f"{prefix}{page}"
            if due_at is not None:
                due = due_at(page)
                await timer.until(due)
            start = now()
            try:
                status, _, body = await fetch(url)
            except Exception:  # noqa: BLE001 - whatever a client raises is this job's error
                recorder.failed(page, due, start)
            else:
                if elsewhere is None or status not in OK:
                    recorder.fetched(page, due, start, status, body, parse)
                else:
                    fetched = now()
                    recorder.parsed(page, due, start, fetched, await elsewhere(page, body))
                del body  # else every task holds its last page while it waits for the next one
            if answers is not None:
                await answers.taken()

    async def _jobs_with_retries(
        self, client: Any, prefix: str, parse: Parse, claim: Claim, emit: Emit, timer: DueTimer
    ) -> None:
        """Do jobs in one task until none is left, each with as many attempts as it takes."""
        from .loop_attempts import Attempts  # noqa: PLC0415 - only where something is tried again

        retries, elsewhere, answers = self._spec.retries, self._elsewhere, self._plan.answers
        assert retries is not None  # noqa: S101 - else `_jobs`
        recorder = self._recorder(emit)

        async def answered(job: "Job", asked: int, status: int, body: bytes) -> None:
            told = (job.attempt, asked, job.backoff_ns, job.earlier_ns)
            if elsewhere is None or status not in OK:
                recorder.fetched(job.page, job.due, job.start, status, body, parse, *told)
            else:
                fetched, found = recorder.now(), await elsewhere(job.page, body)
                recorder.parsed(job.page, job.due, job.start, fetched, found, *told)
            if answers is not None:
                await answers.taken()

        attempts = Attempts(
            client.fetch,
            prefix,
            recorder,
            policy_of(self._spec, retries),
            answered,
            timer,
            self._parts.clock,
        )
        if retries.hold_slot:
            await attempts.hold(claim, self._plan.tickets.due)
        else:
            await attempts.put_aside(claim)

    def _recorder(self, emit: Emit) -> Recorder:
        clock, cpu = clocks(instrument=self._spec.instrument, clock=self._parts.clock)
        if self._elsewhere is not None:
            cpu = int  # this thread's says nothing of any job: who parses reads its own
        return Recorder(self._plan.first_worker, emit, self._errors, clock, cpu, alone=False)


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
    opener: "Callable[[Spec, int], Callable[[], Any]]" = opener
    due_timer: "Callable[[], DueTimer]" = due_timer
