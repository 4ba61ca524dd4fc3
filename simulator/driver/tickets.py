"""The one counter from which every strategy claims its jobs, so that none is lucky with how they are dealt."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol

Claim = Callable[[], int]
"""Returns the next page id, or -1 when there is no job left."""


class SharedInteger(Protocol):
    """What `multiprocessing.Value("q")` is."""

    value: int

    def get_lock(self) -> Any:
        """Return the lock that guards the value."""


class Tickets:
    """Page ids 0, 1, 2 … until a count is reached or a moment has passed."""

    def __init__(self, pages: "int | None", shared: "SharedInteger | None" = None) -> None:
        self._pages = pages
        self._shared = shared
        self._next = 0
        self._lock = Lock()
        self._deadline_ns = 0

    def open(self, deadline_ns: "int | None") -> Claim:
        """Return the claim function for one window; deadline_ns is on perf_counter_ns, null for a fixed count."""
        if deadline_ns is None:
            return self._claim_shared if self._shared is not None else self._claim_local
        self._deadline_ns = deadline_ns
        return self._claim_until

    def _claim_local(self) -> int:
        with self._lock:  # itertools.count would do under a GIL, but not in every free-threaded build
            page = self._next
            self._next = page + 1
        return page if self._pages is None or page < self._pages else -1

    def _claim_shared(self) -> int:
        shared = self._shared
        assert shared is not None  # noqa: S101 - `open` chose this method because there is one
        with shared.get_lock():
            page = shared.value
            shared.value = page + 1
        return page if self._pages is None or page < self._pages else -1

    def _claim_until(self) -> int:
        if time.perf_counter_ns() >= self._deadline_ns:
            return -1
        return self._claim_shared() if self._shared is not None else self._claim_local()
