"""Blocking fetch: what a thread with a client of its own does, which also parses what it fetches."""

from __future__ import absolute_import, division, unicode_literals

from .recorder import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .recorder import Recorder
    from .tickets import Claim, Due

OPENING = "0?latency=0ms"
"""What is fetched to open a connection: the first page, without the injected delay."""
WARMING = "?conditions=none"
"""Stands behind the page id of what is fetched before the window: only jobs that count meet a queue, limit or fault."""


TOGETHER_MS, EACH_MS = 50, 5
"""How long an answer takes that is to be waited for by all who share a client, and more for each of them."""


def connect(fetch, prefix):
    # type: (Callable[[str], Any], str) -> Any
    """Open the client's connection: with a request that is answered at once, which every client has a call for."""
    return fetch(prefix + str(OPENING))


def opening_together(width):
    # type: (int) -> str
    """Return what as many as share a client fetch at the same time, so that it opens a connection for each."""
    return str("0?latency=%dms&conditions=none" % (TOGETHER_MS + EACH_MS * width))


def warm_up(fetch, prefix, parse, pages):
    # type: (Callable[[str], Any], str, Callable[[int, bytes], Any], Iterable[int]) -> None
    """Fetch and parse these pages; arguments as `do_jobs` has them."""
    for page in pages:
        try:
            status, _, body = fetch(prefix + str(page) + str(WARMING))
            if status in OK:
                parse(page, body)
        except:  # noqa: E722 - what raises here raises again in the window, where it counts
            continue


def do_jobs(fetch, prefix, parse, claim, recorder, due_at, sleep_until, sends):
    # type: (Callable[[str], Any], str, Callable[[int, bytes], Any], Claim, Recorder, Due | None, Due, bool) -> None
    """Do jobs until none is left.

    Args:
        fetch: Returns status, headers and whole body.
        prefix: What stands before the page id in what is fetched, as a native string.
        parse: The parse of one job.
        claim: Returns the next page id, or -1.
        recorder: Owns the columns of these jobs.
        due_at: When a page is due (ns); None: as soon as this thread is free.
        sleep_until: Puts this thread to sleep until a moment (ns), and returns it.
        sends: Whether a ready record is pickled and sent: then the end of one job is not the start of the next.
    """
    due, now = 0, recorder.now
    recorder.free()
    while True:
        page = claim()
        if page < 0:
            return
        address = prefix + str(page)
        if due_at is not None:
            due = sleep_until(due_at(page))
            recorder.free()
        start = now()
        try:
            status, _, body = fetch(address)
        except:  # noqa: E722 - whatever a client raises is this job's error
            recorder.failed(page, due, start)
        else:
            recorder.fetched(page, due, start, status, body, parse)
            del body  # else every thread holds its last page while it waits for the next one
        if sends:
            recorder.free()
