"""Fetch on a loop, whichever it is: a task and a client per job in flight; the parse runs inline, on the loop."""

import contextlib
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from ..clock import Clock
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
    from ..due_timer import DueTimer
    from ..shared.attempts import Job

Elsewhere = Callable[[int, bytes], Awaitable[tuple[int, int, int, int, Any, str, str]]]
"""Has a page parsed by another worker: what `Recorder.parsed` takes."""
Opener = Callable[[Spec, int], Callable[[], Any]]
"""What `jobs.opener` is."""
Do = Callable[[Any, str, Claim], Awaitable[None]]
"""Does jobs in one task, with a client, from below a prefix, until its claim finds none left."""
AT_ONCE = 1000
"""Connections that are opened together: more may not fit into what the system lets wait for a server."""


class LoopShard(ABC):
    """N tasks on one loop. The loop runs only during start, run and release, so it stands still while read.

    What kind of loop it is, is the business of those that derive from it: how it is opened and closed, runs tasks
    together, wakes them when they are due, and is asked how late it is.
    """

    def __init__(self, plan: ShardPlan, clock: Clock = time.perf_counter_ns, opened: Opener = opener) -> None:
        self.outcome = Outcome()
        self._plan = plan
        self._spec = plan.spec
        self._clock, self._opener = clock, opened
        self._errors = ErrorLog()
        self._clients: list[Any] = []
        self._prefixes: list[str] = []
        self._parse: Parse | None = None
        self._elsewhere: Elsewhere | None = None

    @abstractmethod
    def _open(self) -> str:
        """Make the loop; return what it is called. Raises Failure."""

    @abstractmethod
    def _run(self, work: "Callable[[], Awaitable[None]]") -> None:
        """Run this on the loop until it is done."""

    @abstractmethod
    def _close(self) -> None:
        """Close the clients and the loop; safe to call at any time, and more than once."""

    @abstractmethod
    async def _together(
        self, works: "Sequence[Callable[[], Awaitable[Any]]]", *, bears: bool = False
    ) -> "list[Any]":
        """Do all at the same time, a task each; return what each returned, or, where they are borne, raised."""

    @abstractmethod
    def _timer(self, *, waits: bool) -> "DueTimer":
        """Return what wakes tasks when they are due, which is opened only where some wait."""

    @abstractmethod
    def _watched(self) -> AbstractAsyncContextManager[None]:
        """Have the loop asked every 10 ms how late it is."""

    def start(self) -> "list[Worker]":
        """Make the loop and one client per task, and connect each."""
        self._parse = self._open_parse()
        self.outcome.notes["loop"] = self._open()
        self._done(self._connect)
        plan = self._plan
        return [
            Worker(
                plan.first_worker,
                os.getpid(),
                threading.get_native_id(),
                plan.shard,
                gil_enabled(),
                self._clock(),
            )
        ]

    def warm_up(self) -> None:
        """Let every task do its first jobs."""
        assert self._parse is not None  # noqa: S101 - start comes first
        self._done(partial(self._warm_up, self._parse))

    def run(self, go_ns: "int | None" = None) -> int:
        """Run every task until no job is left."""
        parse, begun = self._parse, [] if go_ns is None else [go_ns]
        assert parse is not None  # noqa: S101 - start comes first

        async def window() -> None:
            if not begun:
                begun.append(self._clock())
            claim = self._plan.tickets.open(begun[0] + self._spec.ramp_ns)
            await self._window(parse, claim, begun[0])

        self._done(window)
        self.outcome.errors.extend(self._errors.kept)
        return begun[0]

    def release(self) -> None:
        """Close the clients and the loop."""
        self._close()

    def _open_parse(self) -> Parse:
        return open_parse(self._spec)

    def _done(self, work: "Callable[[], Awaitable[None]]") -> None:
        try:
            self._run(work)
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
        openers = [self._opener(replace(spec, base_url=url), plan.width) for url in spec.urls]
        self._clients.extend(opened() for opened in islice(cycle(openers), plan.width))
        self._prefixes.extend(islice(cycle([f"{url}/pages/" for url in spec.urls]), plan.width))
        for at in range(0, plan.width, AT_ONCE):
            for found in await self._fetched_by(slice(at, at + AT_ONCE), OPENING):
                check_opened(spec, found)

    async def _fetched_by(self, clients: slice, page: str, *, bears: bool = False) -> "list[Any]":
        pairs = zip(self._clients[clients], self._prefixes[clients], strict=True)
        return await self._together(
            [partial(client.fetch, f"{prefix}{page}") for client, prefix in pairs], bears=bears
        )

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
        each = zip(self._plan.indices, self._clients, self._prefixes, strict=True)
        await self._together([partial(warm, *one) for one in each])

    async def _window(self, parse: Parse, claim: Claim, go_ns: int) -> None:
        emit = self._plan.emit or self.outcome.new_log()
        waits = bool(self._plan.tickets.due or self._spec.retries or self._spec.ramp_ns)
        answers = self._plan.answers
        do_jobs = self._jobs if self._spec.retries is None else self._jobs_with_retries
        async with self._watched() if self._spec.instrument else contextlib.nullcontext():
            timer = self._timer(waits=waits)
            if answers is not None:
                answers.open()
            try:
                await self._overlap(
                    lambda client, prefix, claim: do_jobs(client, prefix, parse, claim, emit, timer),
                    claim,
                    partial(self._turn, timer, go_ns),
                )
            finally:
                timer.close()
                if answers is not None:
                    answers.close()

    async def _overlap(self, do: Do, claim: Claim, turn: "Callable[[int], Awaitable[None]]") -> None:
        """Have a task for each client, until no job is left; with a ramp each begins when its turn has come."""

        async def in_turn(place: int, client: Any, prefix: str) -> None:
            await turn(place)
            await do(client, prefix, claim)

        pairs = [*zip(self._clients, self._prefixes, strict=True)]
        if self._spec.ramp_ns:
            await self._together([partial(in_turn, place, *pair) for place, pair in enumerate(pairs)])
        else:
            await self._together([partial(do, *pair, claim) for pair in pairs])

    async def _turn(self, timer: "DueTimer", go_ns: int, place: int) -> None:
        """Return when the turn of the task at this place has come."""
        spec, plan = self._spec, self._plan
        shards = len(spec.strategy.widths)
        await timer.until(go_ns + turn_ns(spec.ramp_ns, place, plan.width, plan.shard, shards))

    async def _jobs(
        self, client: Any, prefix: str, parse: Parse, claim: Claim, emit: Emit, timer: "DueTimer"
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
        self, client: Any, prefix: str, parse: Parse, claim: Claim, emit: Emit, timer: "DueTimer"
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
            self._clock,
        )
        if retries.hold_slot:
            await attempts.hold(claim, self._plan.tickets.due)
        else:
            await attempts.put_aside(claim)

    def _recorder(self, emit: Emit) -> Recorder:
        clock, cpu = clocks(instrument=self._spec.instrument, clock=self._clock)
        if self._elsewhere is not None:
            cpu = int  # this thread's says nothing of any job: who parses reads its own
        return Recorder(self._plan.first_worker, emit, self._errors, clock, cpu, alone=False)
