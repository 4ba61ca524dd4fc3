"""What happens in a worker process of Dask: as in `push_worker`, by several threads, some of which may be new.

Dask puts a new process in the place of one that died, and tells nobody. Its threads make themselves workers when they
are handed their first job: what that needs, the scheduler keeps.
"""

import os
import pickle
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from ...shared.failure import Failure
from ...shared.recorder import ErrorLog
from .. import push_worker
from ..interface import Worker
from ..push_worker import Common, Done, Job, Told

START_TIMEOUT_S = 600
"""A thread that hangs while it starts is ended by the repetition's own time limit, long before this."""
METADATA = "simulator"
"""Under this name, and that of a repetition, the scheduler keeps what a new worker has to know."""


class Here(NamedTuple):
    """Which process this is."""

    name: str
    address: str
    threads: int
    pid: int
    clock: str
    """The same in two processes whose clocks can be compared."""


@dataclass(frozen=True)
class Gate:
    """Where the threads of one process wait for one another: so each has another task."""

    name: str
    count: int

    def wait(self) -> None:
        """Return when all have come."""
        with _state.lock:
            barrier = _state.barriers.setdefault(self.name, threading.Barrier(self.count))
        if not barrier.wait(START_TIMEOUT_S):
            del _state.barriers[self.name]


class Nobody:
    """A gate at which nobody waits."""

    def wait(self) -> None:
        """Return at once."""


@dataclass(frozen=True)
class Cluster:
    """What a new worker has to know."""

    told: Told
    firsts: "dict[str, tuple[int, int, int]]"
    """Of each process, by its name in Dask: the index of the first of its workers, how many it has, and its own."""


@dataclass
class _State:
    """What a process holds."""

    lock: Any = field(default_factory=threading.Lock)
    barriers: "dict[str, threading.Barrier]" = field(default_factory=dict)
    together: "dict[str, Common]" = field(default_factory=dict)
    """By repetition: the last one only."""
    revived: int = 0
    switch_interval_s: float = field(default_factory=sys.getswitchinterval)
    """Before a job has set another one."""


_state = _State()


def clock() -> str:
    """Return the name of this process's clock: of this boot, and this namespace, of this machine."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/time')}"  # noqa: PTH115 - it is no path
    except OSError:
        return f"{os.uname().nodename}"


def here(dask_worker: Any) -> Here:
    """Say which process this is, on its own loop."""
    return Here(str(dask_worker.name), dask_worker.address, dask_worker.state.nthreads, os.getpid(), clock())


def set_up(repetition: str, told: Told) -> "Worker | tuple[str, str]":
    """Make this thread a worker."""
    try:
        with _state.lock:
            if repetition not in _state.together:
                _state.together.clear()
                _state.together[repetition] = push_worker.common(told.spec, told.width)
            together = _state.together[repetition]
    except Failure as failure:
        told.gate.wait()
        return failure.status, failure.reason
    return push_worker.set_up(told, replace(together, errors=ErrorLog()))


def do(repetition: str, job: Job) -> Any:
    """Do these jobs, one after another, in this worker."""
    if repetition not in _state.together or not push_worker.is_worker():
        refused = _revive(repetition)
        if refused is not None:
            return Done((), f"a worker that came later cannot work: {refused[1]}")
    return push_worker.do(job)


def release() -> None:
    """Close all connections, and leave this process as it was."""
    push_worker.release_all()
    _state.together.clear()
    sys.setswitchinterval(_state.switch_interval_s)


def _revive(repetition: str) -> "tuple[str, str] | None":
    """Make this thread a worker in the midst of the window; return why it cannot be."""
    from distributed import get_client, get_worker  # noqa: PLC0415 - is running this

    known = get_client().get_metadata([METADATA, repetition])
    cluster: Cluster = pickle.loads(known)  # noqa: S301 - of this program's own making
    with _state.lock:
        place, _state.revived = _state.revived, _state.revived + 1
    first, count, shard = cluster.firsts.get(
        str(get_worker().name), (cluster.told.index, 1, len(cluster.firsts))
    )
    told = replace(cluster.told, index=first + place % count, width=count, shard=shard, gate=Nobody())
    found = set_up(repetition, told)
    return None if isinstance(found, Worker) else found
