"""Shards in subinterpreters: each has a lock of its own, so they compute at the same time in one process.

Each lives in a thread and does what a child process would do, over a pipe of the same kind. CPython has two ways of
its own to hand records over, and neither would do for a job (3.14): a call into an interpreter costs several hundred
microseconds, and a queue between interpreters is looked at every 10 ms. A pipe wakes its reader at once.
"""

import os
import socket
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from ..shared.failure import describe
from ..spec import Spec
from ..tickets import PipeCounter
from .interface import OpenShard
from .interpreters import bootstrap, interpreters
from .remote import converse
from .sending import Place, plan_of

JOIN_S = 5


class Subinterpreters:
    """A subinterpreter per shard, in a thread of the driver."""

    def __init__(self, spec: Spec, open_local: OpenShard) -> None:
        self.notes: dict[str, Any] = {}
        self._spec = spec
        self._open_local = open_local
        self._threads: list[threading.Thread] = []
        self._ends: dict[int, str] = {}
        self._counter: PipeCounter | None = None

    def prepare(self) -> None:
        """Make the one counter."""
        self._counter = PipeCounter.create()

    def launch(self, shard: int, first_worker: int, width: int, others: "Sequence[Connection]") -> Connection:  # noqa: ARG002 - nothing is inherited here
        """Start one subinterpreter."""
        ours, theirs = socket.socketpair()
        fd = theirs.detach()
        thread = threading.Thread(
            target=self._host,
            args=(fd, Place(shard, first_worker, width)),
            name=f"shard-{shard}",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()
        return Connection(ours.detach())

    def obituary(self, shard: int) -> str:
        """Say with which exception a subinterpreter ended."""
        self._threads[shard].join(JOIN_S)
        return f"subinterpreter {shard} broke: {self._ends.get(shard, 'it closed its pipe')}"

    def join(self) -> None:
        """Wait until all have ended; one that does not will end with the driver."""
        for thread in self._threads:
            thread.join(JOIN_S)
        if self._counter is not None:
            self._counter.close()

    def _host(self, fd: int, place: Place) -> None:
        try:
            interpreter = interpreters().create()
            interpreter.exec(bootstrap())
            ended = interpreter.call(serve, self._open_local, self._spec, self._counter, fd, place)
            if ended:
                interpreter.close()
        except BaseException as error:  # noqa: BLE001 - told by obituary, in the main thread
            self._ends[place.shard] = describe(error)
        finally:
            os.close(fd)


def serve(
    open_local: OpenShard,
    spec: Spec,
    counter: PipeCounter,
    fd: int,
    place: Place,
) -> bool:
    """Run one shard in a subinterpreter; returns whether it came to its end."""
    with Connection(os.dup(fd)) as pipe:
        plan = plan_of(spec, counter, place, pipe)
        return converse(pipe, lambda: open_local(plan), spec.switch_interval_s)
