# -*- coding: utf-8 -*-
"""The one counter from which every worker claims its jobs, so that none is lucky with how they are dealt."""

from __future__ import absolute_import, division, unicode_literals

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Claim = Callable[[], int]
    Due = Callable[[int], int]


class Counter(object):
    """0, 1, 2 … for the threads of one interpreter."""

    def __init__(self):
        # type: () -> None
        self._next = 0
        self._lock = threading.Lock()

    def __call__(self):
        # type: () -> int
        """Return the next number."""
        with self._lock:  # itertools.count would do under a GIL, but not in every free-threaded build
            page = self._next
            self._next = page + 1
        return page


class Tickets(object):
    """Page ids 0, 1, 2 … until a count is reached or a moment has passed.

    With open arrivals a worker claims a page as soon as it is free and then waits until that page is due, so pages
    are started in the order in which they are due.
    """

    def __init__(self, pages, duration_ns, offsets, clock, draw=None):
        # type: (int | None, int | None, Sequence[int] | None, Callable[[], int], Callable[[], int] | None) -> None
        self._offsets = offsets
        self._pages = pages if offsets is None else len(offsets)
        self._duration_ns = duration_ns
        self._clock = clock
        self._draw = draw or Counter()
        self._deadline_ns = 0
        self.due = None  # type: Due | None
        """When a page is due (ns); None for closed arrivals, where that is when it is claimed. Set by `open`."""

    def open(self, go_ns):
        # type: (int) -> Claim
        """Begin the one window; return the claim function: the next page id, or -1 when there is no job left."""
        offsets = self._offsets
        if offsets is not None:
            self.due = lambda page: go_ns + offsets[page]
        if self._duration_ns is None:
            return self._claim
        self._deadline_ns = go_ns + self._duration_ns
        return self._claim_until

    def _claim(self):
        # type: () -> int
        page = self._draw()
        return page if self._pages is None or page < self._pages else -1

    def _claim_until(self):
        # type: () -> int
        return -1 if self._clock() >= self._deadline_ns else self._claim()
