"""What is kept of each job: its clock points and its record, at next to no cost.

A tuple per job would stay tracked by the cyclic garbage collector and be looked at again and again while the window
is open (measured: 3 us per job beside a fetch of 110 us). So the numbers of all jobs lie in one flat list, which
holds integers only, and each worker has lists of its own, which no other thread writes to.
"""

from __future__ import absolute_import, division, unicode_literals

import threading

from .failure import raised
from .place import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    Emit = Callable[[Sequence[int], Any, str], None]

COLUMNS = (
    "page",
    "worker",
    "due_ns",  # the planned start: of closed arrivals, the start itself
    "start_ns",  # a worker began the job
    "fetched_ns",  # the client has resumed with the whole body
    "parsed_ns",  # the parse has ended, in the worker that did it
    "ready_ns",  # the driver's main interpreter holds the record
    "fetch_cpu_ns",  # UNKNOWN on an event loop, where the thread's clock counts other tasks too
    "parse_cpu_ns",  # of the thread that parsed
    "parse_worker",  # `worker` itself, unless a pool parses
    "parsing_ns",  # the parse began: `fetched_ns`, unless a pool parses
    "attempt",  # the number of the job's last request, from 1; what is fetched is of that one
)
"""Clock points are CLOCK_MONOTONIC on Linux, which is the server's clock; CPU is that of the thread."""

READY = COLUMNS.index("ready_ns")
UNKNOWN = -1
OK = 200
FIRST = 1
"""The attempt of a job that nothing tries again."""
MESSAGES_PER_KIND = 3


class SampleLog(object):
    """The jobs of one worker, in the order in which their records became ready."""

    __slots__ = ("errors", "numbers", "records")

    def __init__(self):
        # type: () -> None
        self.numbers = []  # type: list[int]
        """The columns of one job after those of another."""
        self.records = []  # type: list[Any]
        self.errors = {}  # type: dict[int, str]
        """Kind of error by position; only of the jobs that failed."""

    def add(self, numbers, record, error):
        # type: (Sequence[int], Any, str) -> None
        """Keep one job: its numbers in the order of COLUMNS, its record, and the kind of its error or ""."""
        if error:
            self.errors[len(self.records)] = error
        self.numbers.extend(numbers)
        self.records.append(record)

    def clear(self):
        # type: () -> None
        """Let go of all."""
        del self.numbers[:], self.records[:]

    def jobs(self):
        # type: () -> Iterator[tuple[tuple[int, ...], Any, str]]
        """Yield (numbers, record, error) of each job; for after the window."""
        rows = zip(*[iter(self.numbers)] * len(COLUMNS))
        for position, (row, record) in enumerate(zip(rows, self.records)):
            yield row, record, self.errors.get(position, "")


class ErrorLog(object):
    """Keeps the words of the first few errors of each kind; the samples count them all."""

    def __init__(self):
        # type: () -> None
        self.kept = []  # type: list[dict[str, Any]]
        """Of each error its kind, page and message."""
        self._seen = {}  # type: dict[str, int]
        self._lock = threading.Lock()

    def add(self, kind, page, message):
        # type: (str, int, str) -> str
        """Keep an error; return its kind."""
        with self._lock:
            seen = self._seen.get(kind, 0)
            self._seen[kind] = seen + 1
            if seen < MESSAGES_PER_KIND:
                self.kept.append({"kind": kind, "page": page, "message": message})
        return kind

    def raised(self, phase, page):
        # type: (str, int) -> str
        """Keep the exception that is being handled; return its kind."""
        name, words = raised()
        return self.add("%s: %s" % (phase, name), page, explained(words) if phase == "parse" else words)


class Recorder(object):
    """Owns the columns of the jobs that one thread or task does, one after another.

    begun, then
        failed                      the client has raised
        fetched, and of a page      parse   in this thread
                                    parsed  elsewhere
    and at last ready.
    """

    __slots__ = (
        "_alone", "_clock", "_cpu", "_cpu_fetched", "_cpu_start", "_due", "_emit", "_error", "_errors", "_fetched",
        "_page", "_parse_cpu", "_parsed", "_parser", "_parsing", "_ready", "_record", "_start", "_worker",
    )  # fmt: skip

    def __init__(self, worker, emit, errors, clock, cpu, alone):
        # type: (int, Emit, ErrorLog, Callable[[], int], Callable[[], int], bool) -> None
        """Record for a worker.

        Args:
            worker: Its index.
            emit: Takes each job when it is ready.
            errors: Takes the words of errors.
            clock: The present moment (ns).
            cpu: CPU of this thread so far (ns); UNKNOWN where nobody can tell it.
            alone: Whether nothing else runs in this thread, so that its CPU between two moments is the job's.
        """
        self._worker, self._emit, self._errors, self._alone = worker, emit, errors, alone
        self._clock, self._cpu = clock, cpu
        self._page = self._due = self._start = self._fetched = self._parsing = self._parsed = self._ready = 0
        self._cpu_start = self._cpu_fetched = self._parse_cpu = 0
        self._parser = worker
        self._record = None  # type: Any
        self._error = ""

    def free(self):
        # type: () -> None
        """Count CPU from here on as the next job's; without this, from the end of the last one's parse on."""
        self._cpu_start = self._cpu()

    def begun(self, page, due_ns):
        # type: (int, int) -> None
        """A job begins; it was due at `due_ns`, or is now where that is 0."""
        self._page, self._parser, self._parse_cpu = page, self._worker, 0
        self._record, self._error = None, ""
        self._start = start = self._clock()
        self._due = due_ns or start

    def failed(self):
        # type: () -> None
        """The client has raised; call it while that is handled."""
        self.fetched(OK)  # so far it is alike
        self._error = self._errors.raised("fetch", self._page)

    def fetched(self, status):
        # type: (int) -> bool
        """The client has resumed with a whole response; return whether it is a page to parse."""
        self._fetched = self._parsing = self._parsed = self._ready = self._clock()
        self._cpu_fetched = self._cpu()
        if status == OK:
            return True
        self._error = self._errors.add("status: %d" % status, self._page, "the server answered %d" % status)
        return False

    def parse(self, parse, body):
        # type: (Callable[[int, bytes], Any], bytes) -> None
        """Parse the page here and now."""
        try:
            self._record = parse(self._page, body)
        except:  # noqa: E722 - a parser may even call sys.exit, and on the JVM what it raises may be Java's
            self._error = self._errors.raised("parse", self._page)
        cpu = self._cpu()
        self._parsed = self._ready = self._clock()
        self._parse_cpu = cpu - self._cpu_fetched if cpu >= 0 else UNKNOWN

    def parsed(self, worker, parsing_ns, parsed_ns, cpu_ns, record, error, message):
        # type: (int, int, int, int, Any, str, str) -> None
        """The page has come back parsed, by another worker; `error` names the type that the parser raised there."""
        self._ready = self._clock()
        self._parser, self._parsing, self._parsed = worker, parsing_ns, parsed_ns
        self._parse_cpu, self._record = cpu_ns, record
        if error:
            self._error = self._errors.add("parse: %s" % error, self._page, message)

    def ready(self):
        # type: () -> None
        """Hand the job over; it is done, unless its record still has to cross from one interpreter to another."""
        cpu, worker = self._cpu_fetched, self._worker
        self._emit(
            (
                self._page, worker, self._due, self._start, self._fetched, self._parsed, self._ready,
                cpu - self._cpu_start if self._alone and cpu >= 0 else UNKNOWN, self._parse_cpu,
                self._parser, self._parsing, FIRST,
            ),
            self._record,
            self._error,
        )  # fmt: skip
        self._cpu_start = cpu + self._parse_cpu
