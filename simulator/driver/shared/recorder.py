"""What is kept of each job: its clock points and its record, at next to no cost.

A tuple per job would stay tracked by the cyclic garbage collector and be looked at again and again while the window
is open (measured: 3 us per job beside a fetch of 110 us). So the numbers of all jobs lie in one flat list, which
holds integers only, and each worker has lists of its own, which no other thread writes to.
"""

from __future__ import absolute_import, division, unicode_literals

import threading

from .failure import MOST_CHARACTERS, one_line, raised
from .memory import peak_bytes
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
    "asked_ns",  # that attempt began: `start_ns`, unless there were others before it
    "backoff_ns",  # the waits before attempts, added up
    "earlier_ns",  # what the attempts before the last took, added up
)
"""Clock points are CLOCK_MONOTONIC on Linux, which is the server's clock; CPU is that of the thread."""

READY = COLUMNS.index("ready_ns")
UNKNOWN = -1
OK = frozenset(range(200, 300))
"""Statuses of an answer that is parsed."""
FIRST = 1
"""The attempt of a job that nothing tries again."""
MESSAGES_PER_KIND = 3
SHORT_NS = 20000
"""A parse below that counts as on CPU all the time: nobody can have taken more from it, and to ask costs it 1 us."""


MOST_KEPT_BYTES = 512 * 1024 * 1024
"""By how much the process may grow while records are kept to be compared."""
LOOK_EVERY = 8
"""Jobs between two looks at that: a power of two."""
NOT_KEPT = object()
"""Stands for a record that was let go of, unlooked at."""


class SampleLog(object):
    """The jobs of one worker, in the order in which their records became ready."""

    __slots__ = ("_most_bytes", "errors", "numbers", "records")

    def __init__(self):
        # type: () -> None
        self.numbers = []  # type: list[int]
        """The columns of one job after those of another."""
        self.records = []  # type: list[Any]
        self.errors = {}  # type: dict[int, str]
        """Kind of error by position; only of the jobs that failed."""
        self._most_bytes = (peak_bytes() or 0) + MOST_KEPT_BYTES

    def add(self, numbers, record, error):
        # type: (Sequence[int], Any, str) -> None
        """Keep one job: its numbers in the order of COLUMNS, its record, and the kind of its error or ""."""
        if error:
            self.errors[len(self.records)] = error
        self.numbers.extend(numbers)
        self.records.append(record if self._most_bytes else NOT_KEPT)
        if not len(self.records) & (LOOK_EVERY - 1) and (peak_bytes() or 0) > self._most_bytes:
            self._most_bytes = 0

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
        kind = one_line(kind)
        with self._lock:
            seen = self._seen.get(kind, 0)
            self._seen[kind] = seen + 1
            if seen < MESSAGES_PER_KIND:
                self.kept.append(
                    {"kind": kind, "page": page, "message": one_line(message, 2 * MOST_CHARACTERS)}
                )
        return kind

    def raised(self, phase, page):
        # type: (str, int) -> str
        """Keep the exception that is being handled; return its kind."""
        name, words = raised()
        return self.add("%s: %s" % (phase, name), page, explained(words) if phase == "parse" else words)


class Recorder(object):
    """Owns the columns of the jobs that one thread or task does, one after another.

    Of each job `now` is asked when it begins, and then one call hands it over:
        fetched     the client has resumed with a response; a page is parsed in this thread
        parsed      the page has come back parsed, by another worker
        failed      the client has raised
    One call, for what a job costs beside its work is counted in microseconds.
    """

    __slots__ = ("_alone", "_cpu", "_cpu_start", "_emit", "_errors", "_worker", "now")

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
        self.now, self._cpu = clock, cpu
        self._cpu_start = 0

    def free(self):
        # type: () -> None
        """Count CPU from here on as the next job's; without this, from the end of the last one's parse on."""
        self._cpu_start = self._cpu()

    def fetched(self, page, due, start, status, body, parse, attempt=FIRST, asked=0, backoff=0, earlier=0):
        # type: (int, int, int, int, bytes, Callable[[int, bytes], Any], int, int, int, int) -> None
        """The client has resumed with a whole response; parse the page here and now, if it is one.

        Args:
            page: Its id.
            due: When the job was to begin (ns); 0: when it began.
            start: When it began (ns).
            status: Of the response.
            body: The page.
            parse: The parse of one job.
            attempt: The number of the request that was answered.
            asked: When that began (ns); 0: when the job did.
            backoff: For how long the job has waited to be tried again (ns).
            earlier: What the attempts before took (ns).
        """
        now = self.now
        fetched, cpu = now(), self._cpu()
        parsed, parse_cpu, record, error = fetched, 0, None, ""
        if status in OK:
            try:
                record = parse(page, body)
            except:  # noqa: E722 - a parser may even call sys.exit, and on the JVM what it raises may be Java's
                error = self._errors.raised("parse", page)
            parsed = now()
            parse_cpu = parsed - fetched
            if cpu < 0:
                parse_cpu = UNKNOWN
            elif parse_cpu >= SHORT_NS:
                parse_cpu = self._cpu() - cpu
        else:
            error = self._errors.add("status: %d" % status, page, "the server answered %d" % status)
        worker = self._worker
        fetch_cpu = cpu - self._cpu_start if self._alone and cpu >= 0 else UNKNOWN
        self._cpu_start = cpu + parse_cpu
        self._emit(
            (
                page, worker, due or start, start, fetched, parsed, parsed, fetch_cpu, parse_cpu,
                worker, fetched, attempt, asked or start, backoff, earlier,
            ),
            record,
            error,
        )  # fmt: skip

    def parsed(self, page, due, start, fetched, found, attempt=FIRST, asked=0, backoff=0, earlier=0):
        # type: (int, int, int, int, tuple[int, int, int, int, Any, str, str], int, int, int, int) -> None
        """The page has come back parsed.

        Args:
            page: Its id.
            due: When the job was to begin (ns); 0: when it began.
            start: When it began (ns).
            fetched: When the client had resumed (ns).
            found: Who parsed, when that began and ended, its CPU (ns), the record, and of what the parser raised the
                name and the words, or nothing.
            attempt: As of `fetched`, as are those that follow.
            asked: As there.
            backoff: As there.
            earlier: As there.
        """
        ready = self.now()
        worker, parsing, parsed, parse_cpu, record, error, message = found
        if error:
            error = self._errors.add("parse: %s" % error, page, message)
        self._emit(
            (
                page, self._worker, due or start, start, fetched, parsed, ready, UNKNOWN, parse_cpu,
                worker, parsing, attempt, asked or start, backoff, earlier,
            ),
            record,
            error,
        )  # fmt: skip

    def failed(self, page, due, start, attempt=FIRST, asked=0, backoff=0, earlier=0):
        # type: (int, int, int, int, int, int, int) -> None
        """The client has raised; call it while that is handled. Arguments as of `fetched`."""
        failed, cpu, worker = self.now(), self._cpu(), self._worker
        fetch_cpu = cpu - self._cpu_start if self._alone and cpu >= 0 else UNKNOWN
        self._cpu_start = cpu
        self._emit(
            (
                page, worker, due or start, start, failed, failed, failed, fetch_cpu, 0,
                worker, failed, attempt, asked or start, backoff, earlier,
            ),
            None,
            self._errors.raised("fetch", page),
        )  # fmt: skip
