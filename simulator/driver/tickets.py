"""The tickets of a job, and a counter from which several interpreters of a process draw them."""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from .clock import Clock
from .shared.tickets import Tickets
from .spec import Spec

Claim = Callable[[], int]
"""Returns the next page id, or -1 when there is no job left."""
Due = Callable[[int], int]
"""Returns when a page is due (ns)."""


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


def open_tickets(
    spec: Spec, shared: "SharedInteger | None" = None, clock: Clock = time.perf_counter_ns
) -> Tickets:
    """Return the tickets of a job file, drawn from a number that interpreters share, or from one of this one's."""
    draw = None if shared is None else partial(draw_from, shared)
    return Tickets(spec.pages, spec.duration_ns, spec.offsets_ns(), clock, draw)


def draw_from(shared: SharedInteger) -> int:
    """Return the next number of all who share it."""
    with shared.get_lock():
        page = shared.value
        shared.value = page + 1
    return page
