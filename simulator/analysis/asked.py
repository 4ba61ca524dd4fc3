"""Whether the server that was measured is the one that was asked for, and answered nobody else meanwhile.

Its own audit compares what it did with what it meant to do. Here what it meant is compared with what the scenario
says: anybody who may use its admin side can have told it something else.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from simulator.analysis.handed_over import requests_of_replaced
from simulator.result.observation import BeforeWindow, Observed
from simulator.result.samples import UNKNOWN
from simulator.text.numbers import duration
from simulator.text.words import counted

CLIENT_GONE = "499"
"""Counted by the server whenever it notices that a client went away, so perhaps of an earlier repetition."""


def impostures(observed: Observed, delay_ns: Callable[[int], int] | None) -> Iterator[str]:
    """Give each reason, with its remedy, why this repetition did not measure what was asked for.

    Args:
        observed: as measured.
        delay_ns: page id -> the delay that the scenario asks for; null: not known.
    """
    told = None if delay_ns is None else _other_delays(observed, delay_ns)
    told = told or _other_generation(observed) or _other_requests(observed)
    if told is not None:
        yield told


def _other_delays(observed: Observed, delay_ns: Callable[[int], int]) -> str | None:
    samples = observed.samples
    known = samples.intended_ns != UNKNOWN
    pages, intended = samples.page[known], samples.intended_ns[known]
    asked = np.array([delay_ns(page) for page in pages.tolist()], dtype=np.int64)
    wrong = np.flatnonzero(asked != intended)
    if not len(wrong):
        return None
    first = wrong[0]
    return (
        f"the server was reconfigured: it delayed page {pages[first]} by {duration(intended[first] / 1e9)} where"
        f" {duration(asked[first] / 1e9)} is asked for, and so {len(wrong)} of {counted(len(pages), 'request')};"
        f" {REMEDY}"
    )


def _other_generation(observed: Observed) -> str | None:
    """Tell a change that shows in no delay, as of the content, or one that was taken back."""
    put, found = observed.generation, observed.server_stats.get("generation")
    if put is None or found is None or put == found:
        return None
    return f"the server was reconfigured: its configuration is number {found}, where number {put} was set; {REMEDY}"


REMEDY = (
    "let no other program, and no other run, use this server's admin side while it is measured, or let this program"
    " start a server of its own"
)


def _other_requests(observed: Observed) -> str | None:
    """Compare the requests that the server has answered with the attempts that the driver has made.

    It counts those that it refused, and those that met the fault that they should, as answered.
    """
    stats = observed.server_stats
    if "requests" not in stats:
        return None
    before = observed.before or BeforeWindow(0, 0)
    attempts = int(observed.samples.attempt.sum()) + before.attempts
    answered = int(stats["requests"]) + _refused(stats)
    came = int(stats.get("requests_begun", answered))
    if max(came, answered) > attempts + requests_of_replaced(observed):
        did = (
            f"answered {counted(answered, 'request')}"
            if answered > attempts
            else f"got {counted(came, 'request')}"
        )
        return (
            f"somebody else used the server: it {did} where the job made {attempts};"
            " let nothing else ask it for pages while it is measured"
        )
    # An attempt that the client gave up need not have been answered, nor need one that failed have arrived.
    failed = sum(
        1
        for code in observed.samples.error.tolist()
        if code != UNKNOWN and observed.samples.error_kinds[code].startswith("fetch")
    )
    lost = failed + attempts - len(observed.samples) - before.jobs
    if came + lost < attempts:
        return (
            f"the server knows of {counted(came, 'request')} only where the job made {attempts}: somebody else has"
            f" reset its numbers, or something else answers in its place; {REMEDY}"
        )
    return None


def _refused(stats: Any) -> int:
    errors = stats.get("errors") or {}
    return sum(int(count) for status, count in errors.items() if status != CLIENT_GONE)
