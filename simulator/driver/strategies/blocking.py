"""Blocking fetch: a thread per job in flight, each with a client of its own; the parse runs in the same thread.

A single job in flight needs no thread but the one that calls, the main one in the driver and in its child processes:
that is where people run such a job, and some parsers run nowhere else.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from ..clock import sleep_until
from ..shared.blocking import connect, do_jobs, opening_together, warm_up
from ..shared.python import gil_enabled
from ..shared.ramp import turn_ns
from ..shared.recorder import ErrorLog, Recorder
from ..shared.threads import Alone, ThreadTeam, team
from ..spec import SHARED
from ..tickets import Claim, Due
from .interface import Emit, Outcome, ShardPlan, Worker
from .jobs import Parse, check_opened, clocks, open_parse, opener, policy_of, warmup_pages


class BlockingShard:
    """N threads of this interpreter, or the one that calls."""

    def __init__(self, plan: ShardPlan) -> None:
        self.outcome = Outcome()
        self._plan = plan
        self._errors = ErrorLog()
        self._team: Alone | ThreadTeam | None = None

    def start(self) -> "list[Worker]":
        """Start the threads and wait until each is up."""
        plan, parse = self._plan, open_parse(self._plan.spec)
        opened = opener(plan.spec, plan.width)
        self._team = team(
            "worker",
            [
                partial(self._member(), plan, opened, parse, index, self.outcome, self._errors)
                for index in plan.indices
            ],
            [f"worker-{index}" for index in plan.indices],
            daemon=plan.daemon_threads,
        )
        return self._team.start()

    def warm_up(self) -> None:
        """Let the threads do their first jobs."""
        assert self._team is not None  # noqa: S101 - start comes first
        self._team.tell("warm_up")

    def run(self, go_ns: "int | None" = None) -> int:
        """Open the tickets, release the threads and wait until all are parked."""
        assert self._team is not None  # noqa: S101 - start comes first
        if go_ns is None:
            go_ns = time.perf_counter_ns()
        self._team.tell("run", self._plan.tickets.open(go_ns + self._plan.spec.ramp_ns), go_ns)
        self.outcome.errors.extend(self._errors.kept)
        return go_ns

    def release(self) -> None:
        """Let the parked threads end."""
        if self._team is not None:
            self._team.release()

    def _member(self) -> "type[JobThread]":
        """Return what does the jobs."""
        return JobThread


class JobThread:
    """One job in flight: what a thread with a client of its own does."""

    alone = True
    """Nothing else runs in its thread."""
    sleep_until = staticmethod(sleep_until)
    """Sleeps until a moment (ns), never less; returns it."""

    def __init__(
        self,
        plan: ShardPlan,
        opened: "Callable[[], Any]",
        parse: Parse,
        index: int,
        outcome: Outcome,
        errors: ErrorLog,
    ) -> None:
        self._plan, self._parse, self._index = plan, parse, index
        self._worker = index
        self._outcome, self._errors = outcome, errors
        self._prefix = f"{plan.spec.base_url}/pages/"
        self._client: Any = opened()

    def start(self) -> Worker:
        """Connect."""
        check_opened(self._plan.spec, connect(self._client.fetch, self._prefix))
        return Worker(
            self._index,
            os.getpid(),
            threading.get_native_id(),
            self._plan.shard,
            gil_enabled(),
            time.perf_counter_ns(),
        )

    def warm_up(self) -> None:
        """Do jobs that do not count; where a client is shared, open all its connections first."""
        if self._plan.spec.connections == SHARED:
            with contextlib.suppress(
                Exception
            ):  # what raises here raises again in the window, where it counts
                self._client.fetch(self._prefix + opening_together(self._plan.width))
        warm_up(self._client.fetch, self._prefix, self._parse, warmup_pages(self._plan.spec, self._index))

    def run(self, claim: Claim, go_ns: int) -> None:
        """Do jobs until none is left."""
        plan = self._plan
        if plan.spec.ramp_ns:
            place, shards = self._index - plan.first_worker, len(plan.spec.strategy.widths)
            self.sleep_until(go_ns + turn_ns(plan.spec.ramp_ns, place, plan.width, plan.shard, shards))
        self.doing(plan.emit or self._outcome.new_log(), plan.tickets.due)(claim)

    def doing(self, emit: Emit, due_at: "Due | None") -> "Callable[[Claim], None]":
        """Return what does jobs until none is left.

        Args:
            emit: Takes each job when it is ready.
            due_at: When a page is due (ns); null: as soon as this thread is free.
        """
        plan = self._plan
        recorder = Recorder(
            self._worker, emit, self._errors, *clocks(instrument=plan.spec.instrument), alone=self.alone
        )
        sends, retries = plan.emit is not None, plan.spec.retries
        fetch, prefix, parse, sleep_until = self._client.fetch, self._prefix, self._parse, self.sleep_until
        if retries is None:
            return lambda claim: do_jobs(fetch, prefix, parse, claim, recorder, due_at, sleep_until, sends)
        from ..shared import attempts  # noqa: PLC0415 - only where something is tried again

        policy, wall = policy_of(plan.spec, retries), time.perf_counter_ns
        if retries.hold_slot:
            return lambda claim: attempts.do_jobs_with_retries(
                fetch, prefix, parse, claim, recorder, due_at, sleep_until, sends, policy, wall
            )
        return lambda claim: attempts.do_jobs_put_aside(
            fetch, prefix, parse, claim, recorder, sleep_until, sends, policy, wall
        )

    def release(self) -> None:
        """Close the connection."""
        self._client.close()
