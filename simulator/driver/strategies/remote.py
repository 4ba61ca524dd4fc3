"""Shards in interpreters of their own, processes or subinterpreters: each sends its records to the main one.

A record counts as ready when the driver's main interpreter holds the object, so pickling, the pipe and unpickling are
part of every job, as they are with `multiprocessing.Pool`. Each shard has a pipe of its own: no lock is shared, and a
shard that dies is seen as the end of its pipe.
"""

import os
import selectors
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, Protocol

from ..shared.failure import Failure
from ..shared.process_setup import set_switch_interval
from ..shared.recorder import READY, SampleLog
from ..spec import Spec
from .crossing import not_brought_back
from .interface import Outcome, Shard, Worker
from .jobs import gil_watch, note_gil
from .sending import TAKEN

START_TIMEOUT_S = 600
"""A shard that hangs while it starts is ended by the repetition's own time limit, long before this."""


class ShardHost(Protocol):
    """What the shards live in."""

    notes: "dict[str, Any]"
    """What was chosen by default."""

    def prepare(self) -> None:
        """Get ready to launch. Raises Failure where there is no such thing here."""

    def launch(self, shard: int, first_worker: int, width: int, others: "Sequence[Connection]") -> Connection:
        """Start one shard and return this end of its pipe; `others` are those of the shards before it."""

    def obituary(self, shard: int) -> str:
        """Say what became of a shard whose pipe has ended."""

    def join(self) -> None:
        """Wait until every shard has ended; end those that do not."""


class RemoteShards:
    """One shard per entry of the strategy's widths, each in what `host` makes for it."""

    def __init__(self, spec: Spec, host: ShardHost) -> None:
        self._log = SampleLog()
        self.outcome = Outcome(logs=[self._log])
        self._spec = spec
        self._host = host
        self._pipes: dict[Connection, int] = {}
        self._selector = selectors.DefaultSelector()
        self._moved_bytes = 0

    def start(self) -> "list[Worker]":
        """Start every shard and wait until its workers are up."""
        self._host.prepare()
        self.outcome.notes.update(self._host.notes)
        first = 0
        for shard, width in enumerate(self._spec.strategy.widths):
            pipe = self._host.launch(shard, first, width, [*self._pipes])
            self._pipes[pipe] = shard
            self._selector.register(pipe, selectors.EVENT_READ, pipe)
            first += width
        workers: list[Worker] = []
        for message in self._collect("up"):
            workers.extend(message)
        return sorted(workers, key=lambda worker: worker.index)

    def warm_up(self) -> None:
        """Let every shard warm up, now that all are up: none slows down the start of another."""
        for pipe in self._pipes:
            pipe.send("warm up")
        self._collect("warm")

    def run(self, go_ns: "int | None" = None) -> int:
        """Send "go", one moment for all, to every shard and take in records until all are parked."""
        if go_ns is None:
            go_ns = time.perf_counter_ns()
        for pipe in self._pipes:
            pipe.send(go_ns)
        for outcome in self._collect("parked"):
            self.outcome.absorb(outcome)
        self.outcome.absorb(Outcome(notes={"moved_bytes": self._moved_bytes}))
        return go_ns

    def release(self) -> None:
        """Let the shards end; those that do not are ended."""
        for pipe in self._pipes:
            try:
                pipe.send("release")
            except OSError:
                continue  # that shard is gone already
        self._host.join()
        self._selector.close()
        for pipe in self._pipes:
            pipe.close()
        self._pipes.clear()

    def _collect(self, event: str) -> "list[Any]":
        """Take in messages until one of this kind has come from every shard; jobs go to the log on the way."""
        clock, keep, loads = time.perf_counter_ns, self._log.add, ForkingPickler.loads
        select, count = self._selector.select, len(self._pipes)
        payloads: list[Any] = []
        while len(payloads) < count:
            for key, _ in select(START_TIMEOUT_S):
                pipe: Connection = key.data
                try:
                    data = pipe.recv_bytes()
                except (EOFError, OSError) as error:  # OSError: it died in the midst of a message
                    raise Failure("failed", self._host.obituary(self._pipes[pipe])) from error
                try:
                    kind, payload = loads(data)
                except Exception as error:
                    raise Failure("failed", not_brought_back(error)) from error
                if kind == "record":
                    numbers, record, kind_of_error = payload
                    numbers[READY] = clock()
                    keep(numbers, record, kind_of_error)
                    self._moved_bytes += len(data)
                    try:
                        os.write(pipe.fileno(), TAKEN)
                    except OSError as error:
                        raise Failure("failed", self._host.obituary(self._pipes[pipe])) from error
                elif kind == event:
                    payloads.append(payload)
                else:
                    raise Failure(*payload)
        return payloads


def converse(pipe: Connection, open_shard: "Callable[[], Shard]", switch_interval_s: "float | None") -> bool:
    """Run one shard for the driver's main interpreter. Says on the pipe: up, warm, record…, parked; or failed.

    Returns:
        Whether it came to its end; where not, its workers may still be anywhere.

    Raises:
        EOFError, ConnectionError: the driver is gone.
    """
    try:
        set_switch_interval(switch_interval_s)
        watch = gil_watch()
        local = open_shard()
        pipe.send(("up", local.start()))
        pipe.recv()
        local.warm_up()
        pipe.send(("warm", None))
        local.run(pipe.recv())
        note_gil(watch, local.outcome.notes)
        # The records were sent one by one; a shard that sends has no log of its own.
        pipe.send(("parked", local.outcome))
        pipe.recv()
        local.release()
    except Failure as failure:
        pipe.send(("failed", (failure.status, failure.reason)))
        return False
    return True
