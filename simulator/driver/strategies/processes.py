"""Process shards: each child process holds a shard of its own and sends its records to the driver.

A record counts as ready when the driver holds the object, so pickling, the pipe and unpickling are part of every
job, as they are with `multiprocessing.Pool`. Each child has a pipe of its own: no lock is shared, and a child that
dies is seen as the end of its pipe.
"""

import multiprocessing
import os
import selectors
import signal
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from ..clients.interface import LIBRARIES
from ..parsers import modules
from ..sample import READY, SampleLog
from ..spec import Spec
from ..tickets import SharedInteger, Tickets
from .interface import Failure, Outcome, Worker
from .jobs import describe
from .setting import set_switch_interval

START_TIMEOUT_S = 600
"""A child that hangs while it starts is ended by the repetition's own time limit, long before this."""


class ProcessShards:
    """One child process per entry of the strategy's widths."""

    def __init__(self, spec: Spec) -> None:
        self._log = SampleLog()
        self.outcome = Outcome(logs=[self._log])
        self._spec = spec
        self._children: list[Any] = []
        self._pipes: dict[Connection, int] = {}
        self._selector = selectors.DefaultSelector()

    def start(self) -> "list[Worker]":
        """Start every child and wait until its workers are warm."""
        strategy = self._spec.strategy
        context = context_of(strategy.start_method)
        self.outcome.notes["start_method"] = context.get_start_method()
        if context.get_start_method() == "forkserver":
            context.set_forkserver_preload(
                [*LIBRARIES[self._spec.client], *modules(self._spec.parser), *STANDARD_IMPORTS]
            )
        counter = context.Value("q", 0)
        first = 0
        for shard, width in enumerate(strategy.widths):
            ours, theirs = context.Pipe(duplex=True)
            inherited = [*self._pipes, ours] if context.get_start_method() == "fork" else []
            child = context.Process(
                target=serve,
                args=(self._spec, counter, theirs, shard, first, width, inherited),
                name=f"shard-{shard}",
                daemon=True,
            )
            child.start()
            theirs.close()
            self._children.append(child)
            self._pipes[ours] = shard
            self._selector.register(ours, selectors.EVENT_READ, ours)
            first += width
        workers: list[Worker] = []
        for message in self._collect("ready", len(self._children)):
            workers.extend(message)
        return sorted(workers, key=lambda worker: worker.index)

    def run(self, go_ns: "int | None" = None) -> int:
        """Send "go", one moment for all, to every child and take in records until all are parked."""
        if go_ns is None:
            go_ns = time.perf_counter_ns()
        for pipe in self._pipes:
            pipe.send(go_ns)
        for errors, lag_ns, notes in self._collect("parked", len(self._children)):
            self.outcome.errors.extend(errors)
            self.outcome.loop_lag_ns.extend(lag_ns)
            self.outcome.notes.update(notes)
        return go_ns

    def release(self) -> None:
        """Let the children end; those that do not are ended."""
        for pipe in self._pipes:
            try:
                pipe.send("release")
            except OSError:
                continue  # that child is gone already
        for child in self._children:
            child.join(5)
            if child.is_alive():
                child.kill()
                child.join()
        self._selector.close()
        for pipe in self._pipes:
            pipe.close()
        self._children.clear()
        self._pipes.clear()

    def _collect(self, event: str, count: int) -> "list[Any]":
        """Take in messages until `count` of this kind have come; jobs go to the outcome on the way."""
        clock, keep = time.perf_counter_ns, self._log.add
        select = self._selector.select
        payloads: list[Any] = []
        while len(payloads) < count:
            for key, _ in select(START_TIMEOUT_S):
                pipe: Connection = key.data
                try:
                    kind, payload = pipe.recv()
                except (EOFError, ConnectionError) as error:
                    raise Failure("failed", self._obituary(pipe)) from error
                except Exception as error:
                    raise Failure(
                        "failed",
                        f"a record cannot be brought back from its process: {describe(error)}; return plain data"
                        " (str, int, list, dict, dataclasses of an importable module)",
                    ) from error
                if kind == "record":
                    numbers, record, kind_of_error = payload
                    numbers[READY] = clock()
                    keep(numbers, record, kind_of_error)
                elif kind == event:
                    payloads.append(payload)
                else:
                    raise Failure(*payload)
        return payloads

    def _obituary(self, pipe: Connection) -> str:
        shard = self._pipes[pipe]
        child = self._children[shard]
        child.join(5)
        return f"worker process {shard} (pid {child.pid}) {cause_of_death(child.exitcode)}"


def cause_of_death(exit_code: "int | None") -> str:
    """Say how a process ended, from multiprocessing's or subprocess's exit code (negative: a signal)."""
    if exit_code is None:
        return "closed its pipe but still runs"
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f"was killed by {name}"


STANDARD_IMPORTS = (
    "http.client",
    "html.parser",
    "json",
    "hashlib",
    "threading",
    "ctypes",
    "asyncio",
    "traceback",
)


def context_of(method: "str | None") -> Any:
    """Return the multiprocessing context of this start method; null: forkserver where there is one."""
    available = multiprocessing.get_all_start_methods()
    if method is None:
        method = "forkserver" if "forkserver" in available else "spawn"
    if method not in available:
        raise Failure(
            "unsupported", f"start_method {method} does not exist here; there is {', '.join(available)}"
        )
    return multiprocessing.get_context(method)


def serve(
    spec: Spec,
    counter: SharedInteger,
    pipe: Connection,
    shard: int,
    first_worker: int,
    width: int,
    inherited: "list[Connection]",
) -> None:
    """Run one shard in a child process. Its messages: ready, record…, parked; or failed."""
    from .shards import open_local  # noqa: PLC0415 - shards imports this module

    for connection in inherited:  # forked: the other children's pipes must not be held open here
        connection.close()
    end_with_parent()
    local = open_local(
        spec,
        Tickets(spec, counter),
        width=width,
        shard=shard,
        first_worker=first_worker,
        emit=Sender(pipe, shared=width > 1 and spec.strategy.fetch == "blocking"),
    )
    try:
        set_switch_interval(spec.switch_interval_s)
        pipe.send(("ready", local.start()))
        local.run(pipe.recv())
        outcome = local.outcome
        pipe.send(("parked", (outcome.errors, outcome.loop_lag_ns, outcome.notes)))
        pipe.recv()
        local.release()
    except Failure as failure:
        pipe.send(("failed", (failure.status, failure.reason)))
        os._exit(0)  # whatever its threads are doing, the driver ends this repetition
    except (EOFError, ConnectionError):
        os._exit(1)  # the driver is gone


class Sender:
    """Sends jobs to the driver; one lock where several threads share the pipe."""

    def __init__(self, pipe: Connection, *, shared: bool) -> None:
        self._send = pipe.send
        self._lock = threading.Lock() if shared else None

    def __call__(self, numbers: Sequence[int], record: Any, error: str) -> None:
        """Pickle and send. Raises Failure for a record that cannot be pickled."""
        message = ("record", (list(numbers), record, error))
        try:
            if self._lock is None:
                self._send(message)
            else:
                with self._lock:
                    self._send(message)
        except OSError:
            raise
        except Exception as raised:
            raise Failure(
                "failed",
                f"the record of page {numbers[0]} (a {type(record).__qualname__}) cannot be pickled, so no process"
                f" can hand it back: {describe(raised)}; return plain data (str, int, list, dict, dataclasses)",
            ) from raised


def end_with_parent() -> None:
    """End this process when the driver dies, also when its own main thread is busy in the parser."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
