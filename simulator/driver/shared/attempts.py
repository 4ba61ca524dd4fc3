"""Blocking fetch with retries: jobs done as `blocking.do_jobs` does them, each with as many attempts as it takes.

A job that backs off holds its slot, so that no other is begun in its place; or it is put aside, and the thread does
others until it is due. What is put aside belongs to the thread that began it: no lock is needed.
"""

from __future__ import absolute_import, division, unicode_literals

import heapq
import sys

from .recorder import FIRST, OK
from .retries import NEVER, headers_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .recorder import Recorder
    from .retries import Policy
    from .tickets import Claim, Due


class Job(object):
    """A job that was begun: which attempt is next, and what it has waited for."""

    __slots__ = ("attempt", "backoff_ns", "due", "earlier_ns", "page", "start")

    def __init__(self, page, due, start):
        # type: (int, int, int) -> None
        self.page, self.due, self.start = page, due, start
        self.attempt, self.backoff_ns, self.earlier_ns = FIRST, 0, 0


def do_jobs_with_retries(fetch, prefix, parse, claim, recorder, due_at, sleep_until, sends, policy, wall):
    # type: (Callable[..., Any], str, Callable[[int, bytes], Any], Claim, Recorder, Due | None, Due, bool, Policy, Callable[[], int]) -> None
    """Do jobs until none is left; each holds its slot while it backs off.

    Args:
        fetch: As of `do_jobs`, as are those that follow.
        prefix: As there.
        parse: As there.
        claim: As there.
        recorder: As there.
        due_at: As there.
        sleep_until: As there.
        sends: As there.
        policy: Says what is tried again, and when.
        wall: The present moment (ns), also where nothing is measured.
    """
    recorder.free()
    while True:
        page = claim()
        if page < 0:
            return
        due = 0
        if due_at is not None:
            due = sleep_until(due_at(page))
            recorder.free()
        job = Job(page, due, recorder.now())
        wait_ns = attempt(fetch, prefix, parse, recorder, policy, job)
        while wait_ns != NEVER:
            sleep_until(wall() + wait_ns)
            wait_ns = attempt(fetch, prefix, parse, recorder, policy, job)
        if sends:
            recorder.free()


def do_jobs_put_aside(fetch, prefix, parse, claim, recorder, sleep_until, sends, policy, wall):
    # type: (Callable[..., Any], str, Callable[[int, bytes], Any], Claim, Recorder, Due, bool, Policy, Callable[[], int]) -> None
    """Do jobs until none is left; what backs off is put aside. Arguments as of `do_jobs_with_retries`."""
    aside = []  # type: list[tuple[int, int, Job]]
    recorder.free()
    while True:
        job = None
        if not aside or aside[0][0] > wall():
            page = claim()
            if page >= 0:
                job = Job(page, 0, recorder.now())
            elif not aside:
                return
        if job is None:
            ready_ns, _, job = heapq.heappop(aside)
            sleep_until(ready_ns)
        wait_ns = attempt(fetch, prefix, parse, recorder, policy, job)
        if wait_ns != NEVER:
            heapq.heappush(aside, (wall() + wait_ns, job.page, job))
        if sends:
            recorder.free()


def attempt(fetch, prefix, parse, recorder, policy, job):
    # type: (Callable[..., Any], str, Callable[[int, bytes], Any], Recorder, Policy, Job) -> int
    """Make one attempt; return how long to wait for the next (ns), or NEVER where the job has been recorded."""
    page, number = job.page, job.attempt
    address = prefix + str(page)
    asked = recorder.now()
    try:
        status, headers, body = (
            fetch(address) if number == FIRST else fetch(address, headers_of(page, number))
        )
    except:  # noqa: E722 - whatever a client raises is this attempt's error
        wait_ns = policy.after_error(page, number, sys.exc_info()[1])
        if wait_ns == NEVER:
            recorder.failed(page, job.due, job.start, number, asked, job.backoff_ns, job.earlier_ns)
    else:
        wait_ns = NEVER if status in OK else policy.after_status(page, number, status, headers)
        if wait_ns == NEVER:
            recorder.fetched(
                page, job.due, job.start, status, body, parse, number, asked, job.backoff_ns, job.earlier_ns
            )
    if wait_ns != NEVER:
        job.attempt += 1
        job.backoff_ns += wait_ns
        job.earlier_ns += recorder.now() - asked
    return wait_ns
