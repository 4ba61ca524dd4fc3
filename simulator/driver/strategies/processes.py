"""Shards in child processes."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from ..clients.interface import LIBRARIES
from ..parsers import modules
from ..spec import Spec
from ..tickets import SharedInteger, Tickets
from .interface import Failure
from .place import Place
from .remote import Sender, converse

JOIN_S = 5


class Processes:
    """A child process per shard."""

    def __init__(self, spec: Spec) -> None:
        self.notes: dict[str, Any] = {}
        self._spec = spec
        self._children: list[Any] = []
        self._context: Any = None
        self._counter: Any = None

    def prepare(self) -> None:
        """Choose how processes start, and make the one counter. Raises Failure."""
        self._context = context = prepared_context(self._spec)
        self.notes["start_method"] = context.get_start_method()
        self._counter = context.Value("q", 0)

    def launch(self, shard: int, first_worker: int, width: int, others: "Sequence[Connection]") -> Connection:
        """Start one child."""
        context = self._context
        ours, theirs = context.Pipe(duplex=True)
        inherited = [*others, ours] if context.get_start_method() == "fork" else []
        child = context.Process(
            target=serve,
            args=(self._spec, self._counter, theirs, shard, first_worker, width, inherited),
            name=f"shard-{shard}",
            # A daemon may have no children of its own, but ends with the driver; the others end with end_with_parent.
            daemon=self._spec.strategy.parse_kind != "processes",
        )
        child.start()
        theirs.close()
        self._children.append(child)
        found: Connection = ours
        return found

    def obituary(self, shard: int) -> str:
        """Say how a child ended."""
        child = self._children[shard]
        child.join(JOIN_S)
        return f"worker process {shard} (pid {child.pid}) {cause_of_death(child.exitcode)}"

    def join(self) -> None:
        """Wait for the children; kill those that do not end."""
        for child in self._children:
            child.join(JOIN_S)
            if child.is_alive():
                child.kill()
                child.join()
        self._children.clear()


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


def prepared_context(spec: Spec) -> Any:
    """Return the multiprocessing context of the strategy's start method, a fork server's imports chosen.

    Raises Failure.
    """
    context = context_of(spec.strategy.start_method)
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([*LIBRARIES[spec.client], *modules(spec.parser), *STANDARD_IMPORTS])
    return context


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
    """Run one shard in a child process."""
    from .shards import open_local  # noqa: PLC0415 - shards imports this module

    for connection in inherited:  # forked: the other children's pipes must not be held open here
        connection.close()
    end_with_parent()
    emit = Sender(pipe, shared=width > 1 and spec.strategy.fetch == "blocking")
    place = Place(spec, Tickets(spec, counter), width, shard, first_worker, emit)
    try:
        ended = converse(pipe, lambda: open_local(place), spec.switch_interval_s)
    except (EOFError, ConnectionError):
        os._exit(1)  # the driver is gone
    if not ended:
        os._exit(0)  # whatever its threads are doing, the driver ends this repetition


def end_with_parent() -> None:
    """End this process when its parent dies, also when its own main thread is busy in the parser."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
