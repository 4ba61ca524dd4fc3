"""The one counter from which every strategy claims its jobs, so that none is lucky with how they are dealt."""

import os
import time
from array import array
from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol

from .arrivals import offsets_ns
from .due_timer import Clock
from .spec import Spec

Claim = Callable[[], int]
"""Returns the next page id, or -1 when there is no job left."""

Due = Callable[[int], int]
"""Returns the moment at which a page is due (ns)."""


class SharedInteger(Protocol):
    """What `multiprocessing.Value("q")` is."""

    value: int

    def get_lock(self) -> Any:
        """Return the lock that guards the value."""


class PipeCounter:
    """A counter for all interpreters of a process: a pipe that holds one number, the next page.

    Reading takes the number out, so that nobody else has it: that is the lock. Writing it puts it back. Threads wait
    for it in the kernel, without their interpreter's lock. A lock of one interpreter would not hold up the others, and
    a semaphore of multiprocessing would bring a process that keeps track of it.
    """

    SIZE = 8

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self.value = 0

    @classmethod
    def create(cls) -> "PipeCounter":
        """Return a counter at 0."""
        made = cls(*os.pipe())
        os.write(made._write_fd, made._packed())
        return made

    def close(self) -> None:
        """Release the pipe; nobody counts any more."""
        os.close(self._read_fd)
        os.close(self._write_fd)

    def get_lock(self) -> "PipeCounter":
        """Return itself: between `with` and its end, `value` is right and nobody else's."""
        return self

    def __enter__(self) -> None:
        self.value = int.from_bytes(os.read(self._read_fd, self.SIZE), "little")

    def __exit__(self, *_: object) -> None:
        os.write(self._write_fd, self._packed())

    def _packed(self) -> bytes:
        return self.value.to_bytes(self.SIZE, "little")


class Tickets:
    """Page ids 0, 1, 2 … until a count is reached or a moment has passed.

    With open arrivals a worker claims a page as soon as it is free and then waits until that page is due, so pages
    are started in the order in which they are due.
    """

    due: "Due | None" = None
    """Null for closed arrivals, where a page is due when it is claimed. Set by `open`."""

    def __init__(
        self, spec: Spec, shared: "SharedInteger | None" = None, clock: Clock = time.perf_counter_ns
    ) -> None:
        self._offsets = offsets_ns(spec)
        self._pages = spec.pages if self._offsets is None else len(self._offsets)
        self._duration_ns = spec.duration_ns
        self._shared = shared
        self._clock = clock
        self._next = 0
        self._lock = Lock()
        self._deadline_ns = 0

    def open(self, go_ns: int) -> Claim:
        """Return the claim function for the one window, which began at `go_ns`."""
        if self._offsets is not None:
            self.due = due_after(go_ns, self._offsets)
        if self._duration_ns is None:
            return self._claim_shared if self._shared is not None else self._claim_local
        self._deadline_ns = go_ns + self._duration_ns
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
        if self._clock() >= self._deadline_ns:
            return -1
        return self._claim_shared() if self._shared is not None else self._claim_local()


def due_after(go_ns: int, offsets: "array[int]") -> Due:
    """Return the function from a page id to the moment at which it is due."""
    return lambda page: go_ns + offsets[page]
