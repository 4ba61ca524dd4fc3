"""Fetch on a loop with retries: what a task does whose jobs have as many attempts as they take.

The twin of `shared.attempts`: the same policy, the same order of calls. A job that backs off holds its task, or is put
aside by it, which does others until it is due.
"""

import heapq
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ..clock import Clock
from ..shared.attempts import Job
from ..shared.recorder import FIRST, OK, Recorder
from ..shared.retries import NEVER, Policy, headers_of
from ..tickets import Claim

if TYPE_CHECKING:
    from ..due_timer import DueTimer

Answered = Callable[[Job, int, int, bytes], Awaitable[None]]
"""Takes a job whose last attempt, begun at a moment (ns), has a response of this status and body, and records it."""


class Attempts:
    """What one task makes attempts with.

    Args:
        fetch: of its client.
        prefix: what stands before the page id in a URL.
        recorder: owns the columns of these jobs.
        policy: says what is tried again, and when.
        answered: takes what is not.
        timer: wakes the task.
        wall: the present moment (ns), also where nothing is measured.
    """

    def __init__(
        self,
        fetch: Callable[..., Awaitable[Any]],
        prefix: str,
        recorder: Recorder,
        policy: Policy,
        answered: Answered,
        timer: "DueTimer",
        wall: Clock,
    ) -> None:
        self._fetch, self._prefix, self._recorder = fetch, prefix, recorder
        self._policy, self._answered, self._timer, self._wall = policy, answered, timer, wall

    async def hold(self, claim: Claim, due_at: "Callable[[int], int] | None") -> None:
        """Do jobs until none is left; each holds its slot while it backs off."""
        due = 0
        while (page := claim()) >= 0:
            if due_at is not None:
                due = due_at(page)
                await self._timer.until(due)
            job = Job(page, due, self._recorder.now())
            while (wait_ns := await self._attempt(job)) != NEVER:
                await self._timer.until(self._wall() + wait_ns)

    async def put_aside(self, claim: Claim) -> None:
        """Do jobs until none is left; what backs off is put aside."""
        aside: list[tuple[int, int, Job]] = []
        while True:
            job = None
            if not aside or aside[0][0] > self._wall():
                page = claim()
                if page >= 0:
                    job = Job(page, 0, self._recorder.now())
                elif not aside:
                    return
            if job is None:
                ready_ns, _, job = heapq.heappop(aside)
                await self._timer.until(ready_ns)
            wait_ns = await self._attempt(job)
            if wait_ns != NEVER:
                heapq.heappush(aside, (self._wall() + wait_ns, job.page, job))

    async def _attempt(self, job: Job) -> int:
        """Make one attempt; return how long to wait for the next (ns), or NEVER where the job has been recorded."""
        page, number, fetch = job.page, job.attempt, self._fetch
        url = f"{self._prefix}{page}"
        asked = self._recorder.now()
        try:
            found = await (fetch(url) if number == FIRST else fetch(url, headers_of(page, number)))
        except Exception as error:  # noqa: BLE001 - whatever a client raises is this attempt's error
            wait_ns = self._policy.after_error(page, number, error)
            if wait_ns == NEVER:
                self._recorder.failed(page, job.due, job.start, number, asked, job.backoff_ns, job.earlier_ns)
        else:
            status, headers, body = found
            wait_ns = NEVER if status in OK else self._policy.after_status(page, number, status, headers)
            if wait_ns == NEVER:
                await self._answered(job, asked, status, body)
        if wait_ns != NEVER:
            job.attempt += 1
            job.backoff_ns += wait_ns
            job.earlier_ns += self._recorder.now() - asked
        return wait_ns
