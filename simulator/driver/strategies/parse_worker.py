"""What happens in a worker of a parse pool, whatever the pool is made of: a thread, a process or a subinterpreter.

Everything here is a function of a module, or small data: that is what can be sent to all three.
"""

import os
import pickle
import threading
import time
from dataclasses import dataclass
from threading import get_ident
from typing import Any, NamedTuple

from ..shared.failure import Failure, describe
from ..shared.place import explained
from ..shared.process_setup import set_switch_interval
from ..shared.python import gil_enabled
from ..spec import Spec
from .crossing import not_brought_back, not_picklable
from .gate import Gate
from .interface import Worker
from .jobs import Parse, clocks, open_parse


class Parsed(NamedTuple):
    """One parsed page, as the loop takes it from the pool."""

    worker: int
    parsing_ns: int
    parsed_ns: int
    cpu_ns: int
    record: Any
    error: str = ""
    """Name of the type that the parser raised, or nothing."""
    message: str = ""
    """The words of that exception."""
    failure: str = ""
    """Why the record could not cross from one interpreter to the other, or nothing."""
    moved_bytes: int = 0
    """Size of the pickled record."""


@dataclass(frozen=True)
class _ParseWorker:
    """What one worker holds."""

    index: int
    parse: Parse
    clock: Any
    cpu: Any
    carried: bool


_workers: "dict[int, _ParseWorker]" = {}
"""By thread. A pool of threads has several here, the others one in each interpreter."""


def set_up(spec: Spec, index: int, shard: int, gate: Gate) -> "Worker | tuple[str, str]":
    """Make this thread the worker `index`: import the parser, say who it is.

    Returns:
        The worker, or status and reason of why it cannot work: raising would leave the others waiting at the gate.
    """
    try:
        set_switch_interval(spec.switch_interval_s)
        parse = open_parse(spec)
    except Failure as failure:
        gate.wait()
        return failure.status, failure.reason
    clock, cpu = clocks(instrument=spec.instrument)
    _workers[get_ident()] = _ParseWorker(index, parse, clock, cpu, spec.strategy.parse_kind != "threads")
    up_ns = time.perf_counter_ns()
    gate.wait()
    return Worker(index, os.getpid(), threading.get_native_id(), shard, gil_enabled(), up_ns, "parse")


def warm_up(jobs: "list[tuple[int, bytes]]", gate: Gate) -> None:
    """Parse these pages and drop the records; what raises here raises again in the window, where it counts."""
    for page, body in jobs:
        parse_page(page, body)
    gate.wait()


def parse_page(page: int, body: bytes) -> "Parsed | Carried":
    """Parse one page in this worker. Never raises: a parser may even call sys.exit."""
    own = _workers[get_ident()]
    record, error, message = None, "", ""
    clock, cpu = own.clock, own.cpu
    parsing, cpu_start = clock(), cpu()
    try:
        record = own.parse(page, body)
    except BaseException as raised:  # noqa: BLE001 - told to the loop, which counts it
        error, message = type(raised).__name__, explained(describe(raised))
    cpu_ns, parsed_ns = cpu() - cpu_start, clock()
    parsed = Parsed(own.index, parsing, parsed_ns, cpu_ns, record, error, message)
    return Carried(page, parsed) if own.carried else parsed


class Carried:
    """A parsed page on its way out of an interpreter, and how large its record was.

    The pool pickles it like any result, where and when it always does; unpickling it makes a `Parsed`.
    """

    def __init__(self, page: int, parsed: Parsed) -> None:
        self._page = page
        self._parsed = parsed

    def __reduce__(self) -> "tuple[Any, tuple[Any, ...]]":
        """Pickle the record by itself, so that its size, and what is wrong with it, can be told."""
        record = self._parsed.record
        try:
            data = pickle.dumps(record)
        except Exception as error:  # noqa: BLE001 - pickling runs the record's own code; `Parsed.failure` tells it
            failed = self._parsed._replace(record=None, failure=not_picklable(self._page, record, error))
            return Parsed, tuple(failed)
        return arrived, (*self._parsed._replace(record=None), data)


def arrived(*fields: Any) -> Parsed:
    """Unpickle a record in the interpreter that asked for it."""
    *others, data = fields
    parsed = Parsed(*others)._replace(moved_bytes=len(data))
    try:
        return parsed._replace(record=pickle.loads(data))  # noqa: S301 - of this program's own making
    except Exception as error:  # noqa: BLE001 - unpickling runs the record's own code; `Parsed.failure` tells it
        return parsed._replace(failure=not_brought_back(error))
