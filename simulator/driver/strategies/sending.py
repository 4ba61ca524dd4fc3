"""A shard's end of the way to the driver's main interpreter: jobs are sent there, and each answered when taken in.

A job is in flight until the main interpreter holds its record, so nobody begins another one before that. The answer
is one byte for each job of a shard, in the order in which they were sent; nothing else comes while the window is open.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from ..shared.failure import Failure
from ..spec import Spec
from ..tickets import SharedInteger, open_tickets
from .crossing import not_picklable
from .interface import ShardPlan

if TYPE_CHECKING:
    import asyncio

TAKEN = b"\0"
"""What answers a job."""
MANY = 4096
"""Answers that are read at once."""
MOST_UNREAD = 128
"""Jobs that a loop sends without a look at the answers: so few of those fit into the pipe that the main interpreter
would wait there for a shard that waits for it."""


@dataclass(frozen=True)
class Place:
    """Which shard is meant, of how many jobs in flight, and which index the first of them has."""

    shard: int
    first_worker: int
    width: int


def plan_of(spec: Spec, counter: SharedInteger, place: Place, pipe: Connection) -> ShardPlan:
    """Return the plan of a shard that claims from a number which all share, and sends its jobs on this pipe."""
    tickets = open_tickets(spec, counter)
    if spec.strategy.fetch == "asyncio":
        emit, answers = Sender(pipe), Answers(pipe.fileno())
        return ShardPlan(spec, tickets, place.width, place.shard, place.first_worker, emit, answers)
    return ShardPlan(spec, tickets, place.width, place.shard, place.first_worker, PatientSender(pipe))


class Sender:
    """Sends jobs, one after another."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def __call__(self, numbers: Sequence[int], record: Any, error: str) -> None:
        """Pickle and send. Raises Failure for a record that cannot be pickled."""
        try:
            self._pipe.send(("record", (list(numbers), record, error)))
        except OSError:
            raise
        except Exception as raised:
            raise Failure("failed", not_picklable(numbers[0], record, raised)) from raised


class PatientSender(Sender):
    """Sends jobs of several threads; each waits until its own has been taken in.

    Whoever waits first reads the answers, also those of others, until it has its own: no thread is there for that
    alone, which would have to get the interpreter's lock twice for each job.
    """

    def __init__(self, pipe: Connection) -> None:
        super().__init__(pipe)
        self._fd = pipe.fileno()
        self._sending, self._reading = threading.Lock(), threading.Lock()
        self._sent: deque[list[bool]] = deque()

    def __call__(self, numbers: Sequence[int], record: Any, error: str) -> None:
        """Pickle, send and wait. Raises Failure for a record that cannot be pickled, EOFError if the driver is gone."""
        taken: list[bool] = []
        with self._sending:
            self._sent.append(taken)
            super().__call__(numbers, record, error)
        with self._reading:
            while not taken:
                came = len(os.read(self._fd, MANY))
                if not came:
                    raise EOFError("the driver is gone")
                for _ in range(came):
                    self._sent.popleft().append(True)


class Answers:
    """Tells each task of an event loop, in the order in which they sent, that its job has been taken in."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._look = select.poll()
        self._look.register(fd, select.POLLIN)
        self._ahead = False

    def open(self) -> None:
        """Watch for answers on the running loop."""
        import asyncio  # noqa: PLC0415 - shards that block need none

        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._came)
        # uvloop would have whoever sends fail where the pipe is full.
        os.set_blocking(self._fd, True)

    def close(self) -> None:
        """Watch no more."""
        self._loop.remove_reader(self._fd)

    async def taken(self) -> None:
        """Return when the job that was sent last, without an `await` in between, has been taken in."""
        future = self._loop.create_future()
        self._waiting.append(future)
        if len(self._waiting) >= MOST_UNREAD:
            self._read()
            self._ahead = True
        await future

    def _came(self) -> None:
        if self._ahead:
            # The loop may have seen what has been read since, and to read once more would stop it.
            self._ahead = False
            if not self._look.poll(0):
                return
        self._read()

    def _read(self) -> None:
        came = len(os.read(self._fd, MANY))
        if not came:
            os._exit(1)  # the driver is gone
        for _ in range(came):
            future = self._waiting.popleft()
            if not future.done():  # its task may have been cancelled
                future.set_result(None)
