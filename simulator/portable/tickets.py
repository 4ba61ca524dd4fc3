# -*- coding: utf-8 -*-
"""The one counter from which every worker claims its jobs, and when each job is due."""

from __future__ import absolute_import, division, unicode_literals

import math
import threading

from .clock import wall
from .twister import Twister


def offsets_ns(spec):
    """Return how long after "go" each job is due (ns), in the order of page ids; null for closed arrivals."""
    arrivals = spec.arrivals
    if arrivals is None:
        return None
    constant, rate_per_s = arrivals["process"] == "constant", arrivals["rate_per_s"]
    uniform = Twister(spec.seed).random

    def gap():
        return 1.0 if constant else -math.log(1.0 - uniform())

    elapsed = 0.0 if constant else gap()
    offsets = []
    while spec.pages is None or len(offsets) < spec.pages:
        offset = int(round(elapsed / rate_per_s * 1e9))
        if spec.duration_ns is not None and offset >= spec.duration_ns:
            break
        offsets.append(offset)
        elapsed += gap()
    return offsets


class Tickets:
    """Page ids 0, 1, 2 … until a count is reached or a moment has passed."""

    def __init__(self, spec):
        self.offsets = offsets_ns(spec)
        self._pages = spec.pages if self.offsets is None else len(self.offsets)
        self._duration_ns = spec.duration_ns
        self._lock = threading.Lock()
        self._next = 0
        self._go_ns = 0

    def open(self, go_ns):
        """Begin the one window; return the claim function: the next page id, or -1 when there is no job left."""
        self._go_ns = go_ns
        return self._claim if self._duration_ns is None else self._claim_until

    def due(self, page):
        """Return the moment at which a page is due (ns); for open arrivals only."""
        return self._go_ns + self.offsets[page]

    def _claim(self):
        with self._lock:
            page = self._next
            self._next = page + 1
        return page if self._pages is None or page < self._pages else -1

    def _claim_until(self):
        return -1 if wall() >= self._go_ns + self._duration_ns else self._claim()
