"""What happens in a worker that is handed its jobs, whatever the executor: a thread, a process, a subinterpreter.

Everything here is a function of a module, or small data: that is what can be sent to all three.
"""

import pickle
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..shared.failure import Failure, describe
from ..shared.process_setup import set_switch_interval
from ..shared.recorder import READY, ErrorLog
from ..shared.tickets import Tickets
from ..spec import Spec
from ..tickets import Claim
from .blocking import JobThread
from .crossing import not_brought_back, not_picklable
from .interface import Outcome, ShardPlan, Worker
from .jobs import Parse, gil_watch, note_gil, open_parse, opener

if TYPE_CHECKING:
    from ..gil_watch import GilWatch

Row = tuple[list[int], Any, str]
"""A job's numbers in the order of COLUMNS, its record, and the kind of its error or ""."""


class Job(NamedTuple):
    """What is handed over at once: pages that one worker does one after another."""

    pages: tuple[int, ...]
    due_ns: tuple[int, ...] = ()
    """When each is due; empty for closed arrivals."""


class Done(NamedTuple):
    """What came of one, where the main interpreter holds it."""

    rows: Sequence[Row]
    failure: str = ""
    """Why it could not cross from one interpreter to the other, or nothing."""
    moved_bytes: int = 0


class Waits(Protocol):
    """Where workers wait for one another."""

    def wait(self) -> None:
        """Return when all have come."""


@dataclass(frozen=True)
class Told:
    """Which worker a task makes of the one that takes it, and in which job."""

    spec: Spec
    index: int
    gate: "Waits"
    shared: "Common | None" = None
    """What threads of the driver have together; null: this worker is in an interpreter of its own."""
    width: int = 1
    """Workers of that interpreter, where it is its own."""
    shard: "int | None" = None
    """Which interpreter that is; null: as many as workers."""


@dataclass(frozen=True)
class Common:
    """What all workers of an interpreter have together."""

    parse: Parse
    opened: Any
    """Opens a client."""
    errors: ErrorLog = field(default_factory=ErrorLog)


@dataclass
class _Own:
    """What one worker holds."""

    thread: JobThread
    common: Common
    watch: "GilWatch | None"
    carried: bool
    do: Any = None
    rows: "list[Row]" = field(default_factory=list)
    due: "dict[int, int]" = field(default_factory=dict)


_workers: "dict[int, _Own]" = {}
"""By thread. A pool of threads has several here, the others one in each interpreter."""


def common(spec: Spec, width: int) -> Common:
    """Import the parser and find the client. Raises Failure where that cannot be done.

    Args:
        spec: the job.
        width: jobs in flight in this interpreter.
    """
    return Common(open_parse(spec), opener(spec, width))


def set_up(told: Told, together: "Common | None" = None) -> "Worker | tuple[str, str]":
    """Make this thread a worker: import the parser, connect the client, say who it is.

    Args:
        told: which one.
        together: what the workers of an interpreter of their own have together; null: this one is alone there.

    Returns:
        The worker, or status and reason of why it cannot work: raising would leave the others waiting at the gate.
    """
    spec, shared = told.spec, told.shared
    try:
        set_switch_interval(spec.switch_interval_s)
        watch = gil_watch() if shared is None else None
        together = together or (common(spec, told.width) if shared is None else shared)
        width = told.width if shared is None else sum(spec.strategy.widths)
        shard = 0 if shared is not None else told.index if told.shard is None else told.shard
        plan = ShardPlan(spec, Tickets(0, None, None, int), width, shard, told.index)  # the driver claims
        thread = JobThread(plan, together.opened, together.parse, told.index, Outcome(), together.errors)
        up = thread.start()
    except Failure as failure:
        told.gate.wait()
        return failure.status, failure.reason
    except BaseException as error:  # noqa: BLE001 - what a client raises when it connects
        told.gate.wait()
        return "failed", f"a worker broke: {describe(error)}"
    own = _Own(thread, together, watch, carried=shared is None)
    own.do = thread.doing(partial(_keep, own.rows), own.due.__getitem__ if spec.arrivals else None)
    _workers[get_ident()] = own
    told.gate.wait()
    return up


def warm_up(gate: Waits) -> None:
    """Do the jobs that do not count."""
    _workers[get_ident()].thread.warm_up()
    gate.wait()


def do(job: Job) -> "Sequence[Row] | Carried | Done":
    """Do these jobs, one after another, in this worker."""
    own = _workers.get(get_ident())
    if own is None:  # loky does that to a worker that has grown
        return Done((), "the executor has put another worker in the place of one, and that was never set up")
    own.due.update(zip(job.pages, job.due_ns, strict=False))
    claim: Claim = iter((*job.pages, -1)).__next__
    own.do(claim)
    rows = own.rows[:]
    own.rows.clear()
    own.due.clear()
    return Carried(rows) if own.carried else rows


def is_worker() -> bool:
    """Whether this thread is one."""
    return get_ident() in _workers


def park(gate: Waits) -> "tuple[list[dict[str, Any]], dict[str, Any]]":
    """Return the words of errors and what is to be noted of this interpreter, where it is this worker's own."""
    own = _workers[get_ident()]
    notes: dict[str, Any] = {}
    if own.carried:
        note_gil(own.watch, notes)
    gate.wait()
    return own.common.errors.kept if own.carried else [], notes


def release(gate: Waits) -> None:
    """Close this worker's connection."""
    _workers.pop(get_ident()).thread.release()
    gate.wait()


def park_all() -> "tuple[list[dict[str, Any]], dict[str, Any]]":
    """Return the same of all workers of this interpreter, from any of its threads, while none of them has a job."""
    errors: list[dict[str, Any]] = []
    notes: dict[str, Any] = {}
    for own in list(_workers.values()):
        errors.extend(own.common.errors.kept)
        note_gil(own.watch, notes)
    return errors, notes


def release_all() -> None:
    """Close the connections of all of them, likewise."""
    for ident in list(_workers):
        _workers.pop(ident).thread.release()


def _keep(rows: "list[Row]", numbers: Sequence[int], record: Any, error: str) -> None:
    rows.append((list(numbers), record, error))


class Carried:
    """Jobs on their way out of an interpreter.

    The executor pickles them like any result, where and when it always does; unpickling makes them `Done`, and that is
    the moment at which they are ready: the main interpreter holds them.
    """

    def __init__(self, rows: "list[Row]") -> None:
        self._rows = rows

    def __reduce__(self) -> "tuple[Any, tuple[Any, ...]]":
        """Pickle the jobs by themselves, so that their size, and what is wrong with them, can be told."""
        try:
            return arrived, (pickle.dumps(self._rows, pickle.HIGHEST_PROTOCOL),)
        except Exception:  # noqa: BLE001 - pickling runs a record's own code; `Done.failure` tells it
            return Done, ((), self._to_blame())

    def rows(self) -> "list[Row]":
        """Return them where they were made."""
        return self._rows

    def _to_blame(self) -> str:
        for numbers, record, _ in self._rows:
            try:
                pickle.dumps(record)
            except Exception as error:  # noqa: BLE001 - as above
                return not_picklable(numbers[0], record, error)
        return "jobs cannot be pickled together, though each can"


def arrived(data: bytes) -> Done:
    """Unpickle jobs in the interpreter that asked for them: they are ready."""
    try:
        rows = pickle.loads(data)  # noqa: S301 - of this program's own making
    except Exception as error:  # noqa: BLE001 - unpickling runs a record's own code; `Done.failure` tells it
        return Done((), not_brought_back(error), len(data))
    ready = time.perf_counter_ns()
    for numbers, _, _ in rows:
        numbers[READY] = ready
    return Done(rows, moved_bytes=len(data))


def rows_of(found: Any) -> "tuple[Sequence[Row], int]":
    """Return what came of a job, as the executor hands it back, and how many bytes were moved. Raises Failure."""
    if isinstance(found, Done):
        if found.failure:
            raise Failure("failed", found.failure)
        return found.rows, found.moved_bytes
    return found.rows() if isinstance(found, Carried) else found, 0
