# -*- coding: utf-8 -*-
"""The one counter from which every worker claims its jobs, so that none is lucky with how they are dealt."""

from __future__ import absolute_import, division, unicode_literals

import threading
from functools import partial
from itertools import count

from .python import gil_enabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Claim = Callable[[], int]
    Due = Callable[[int], int]


ENDLESS = 2**62
"""More jobs than any window has."""


def counter():
    # type: () -> Callable[[], int]
    """Return what gives 0, 1, 2 ... to the threads of one interpreter."""
    if gil_enabled():
        return partial(next, count())  # one call that no other thread comes into
    lock, following = threading.Lock(), [0]

    def draw():
        # type: () -> int
        with lock:
            page = following[0]
            following[0] = page + 1
        return page

    return draw


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
        self._draw = draw or counter()
        self.due = None  # type: Due | None
        """When a page is due (ns); None for closed arrivals, where that is when it is claimed. Set by `open`."""

    def open(self, go_ns):
        # type: (int) -> Claim
        """Begin the one window; return the claim function: the next page id, or -1 when there is no job left."""
        offsets = self._offsets
        if offsets is not None:
            self.due = lambda page: go_ns + offsets[page]
        draw, pages, clock = self._draw, self._pages, self._clock
        limit = ENDLESS if pages is None else pages

        def claim():
            # type: () -> int
            page = draw()
            return page if page < limit else -1

        if self._duration_ns is None:
            return claim
        deadline_ns = go_ns + self._duration_ns
        return lambda: -1 if clock() >= deadline_ns else claim()
