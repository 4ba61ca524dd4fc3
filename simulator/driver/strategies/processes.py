"""Shards in child processes."""

import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from ..spec import Spec
from ..tickets import SharedInteger
from .interface import OpenShard
from .remote import converse
from .sending import Place, plan_of
from .starting import cause_of_death, end_with_parent, prepared_context

JOIN_S = 5


class Processes:
    """A child process per shard."""

    def __init__(self, spec: Spec, open_local: OpenShard) -> None:
        self.notes: dict[str, Any] = {}
        self._spec = spec
        self._open_local = open_local
        self._children: list[Any] = []
        self._context: Any = None
        self._counter: Any = None

    def prepare(self) -> None:
        """Choose how processes start, and make the one counter. Raises Failure."""
        self._context = context = prepared_context(self._spec, fetches=True)
        self.notes["start_method"] = context.get_start_method()
        self._counter = context.Value("q", 0)

    def launch(self, shard: int, first_worker: int, width: int, others: "Sequence[Connection]") -> Connection:
        """Start one child."""
        context = self._context
        ours, theirs = context.Pipe(duplex=True)
        place = Place(shard, first_worker, width)
        inherited = [*others, ours] if context.get_start_method() == "fork" else []
        child = context.Process(
            target=serve,
            args=(self._open_local, self._spec, self._counter, theirs, place, inherited),
            name=f"shard-{shard}",
            # A daemon may have no children of its own, which a pool is, or a parser starts. See end_with_parent.
            daemon=False,
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


def serve(
    open_local: OpenShard,
    spec: Spec,
    counter: SharedInteger,
    pipe: Connection,
    place: Place,
    inherited: "list[Connection]",
) -> None:
    """Run one shard in a child process."""
    for connection in inherited:  # forked: the other children's pipes must not be held open here
        connection.close()
    end_with_parent()
    plan = plan_of(spec, counter, place, pipe)
    try:
        ended = converse(pipe, lambda: open_local(plan), spec.switch_interval_s)
    except (EOFError, ConnectionError):
        os._exit(1)  # the driver is gone
    if not ended:
        os._exit(0)  # whatever its threads are doing, the driver ends this repetition
