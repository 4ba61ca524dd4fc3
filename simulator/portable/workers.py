# -*- coding: utf-8 -*-
"""The job under `threads` (and under `sequential`, which is one of them): a thread per job in flight."""

from __future__ import absolute_import, division, unicode_literals

import io
import os
import threading

from .client import Client
from .clock import cpu, sleep_until, wall
from .failure import Failure, raised
from .parsers import bind
from .python import JYTHON, gil_enabled, native
from .tickets import Tickets

COLUMNS = (
    "page", "worker", "due_ns", "start_ns", "fetched_ns", "parsed_ns", "ready_ns", "fetch_cpu_ns", "parse_cpu_ns",
    "parse_worker", "parsing_ns",
)  # fmt: skip
READY = COLUMNS.index("ready_ns")
OK = 200
MESSAGES_PER_KIND = 3


class Threads:
    """N threads of this process, each with a client of its own."""

    def __init__(self, spec):
        self.tickets = Tickets(spec)
        if self.tickets.offsets is not None and not self.tickets.offsets:
            raise Failure("failed", "no job is due before the end; raise job.duration or arrivals.rate")
        self.errors = []
        """The first few of each kind: kind, page, message."""
        self._seen = {}
        self._spec = spec
        self._width = spec.widths[0]
        self._logs = [[] for _ in range(self._width)]
        self._tids = {}
        self._claim = None
        self._failures = []
        self._threads = []
        self._lock = threading.Lock()
        self._pending = 0
        self._settled = threading.Event()
        self._go = threading.Event()
        self._released = threading.Event()

    def start(self):
        """Start the threads and wait until each is warm; return what the runner is told of them."""
        parse = bind(self._spec)
        self._pending = self._width
        for index in range(self._width):
            thread = threading.Thread(target=self._work, args=(index, parse), name=native(thread_name(index)))
            thread.daemon = True
            self._threads.append(thread)
            thread.start()
        self._settle()
        tids = self._tids if not JYTHON else tids_by_name(self._width)
        return [
            {"index": i, "pid": os.getpid(), "tid": tids.get(i), "shard": 0, "gil_enabled": gil_enabled()}
            for i in range(self._width)
        ]

    def run(self):
        """Open the tickets, release the threads and wait until all are parked; return the moment of "go" (ns)."""
        self._pending = self._width
        self._settled.clear()
        go_ns = wall()
        self._claim = self.tickets.open(go_ns)
        self._go.set()
        self._settle()
        return go_ns

    def release(self):
        """Let the parked threads end."""
        self._released.set()
        self._go.set()
        for thread in self._threads:
            thread.join()

    def jobs(self):
        """Return (numbers, record, kind of error) of each job, in the order in which they became ready."""
        return sorted((job for log in self._logs for job in log), key=lambda job: job[0][READY])

    def _settle(self):
        self._settled.wait()
        if self._failures:
            raise self._failures[0]

    def _arrive(self):
        with self._lock:
            self._pending -= 1
            if self._pending == 0:
                self._settled.set()

    def _break(self):
        """Carry the exception that is being handled to the main thread."""
        failure = Failure("failed", "a worker broke: %s" % raised()[1])
        with self._lock:
            self._failures.append(failure)
        self._arrive()

    def _work(self, index, parse):
        client = Client(self._spec.base_url)
        try:
            try:
                self._warm_up(client, parse, index)
            except:  # noqa: E722 - on the JVM it may be one of Java's
                self._break()
                return
            if hasattr(threading, "get_native_id"):
                self._tids[index] = threading.get_native_id()
            self._arrive()
            self._go.wait()
            if self._claim is None:
                return
            try:
                self._window(client, parse, index, self._claim)
            except:  # noqa: E722 - as above
                self._break()
                return
            self._arrive()
            self._released.wait()
        finally:
            client.close()

    def _warm_up(self, client, parse, index):
        warmup = self._spec.warmup
        for page in range(index * warmup, (index + 1) * warmup):
            _, body = client.fetch(path_of(page))
            try:
                parse(page, body)
            except:  # noqa: E722 - what raises here raises again in the window, where it counts
                continue

    def _window(self, client, parse, worker, claim):
        log, fetch = self._logs[worker], client.fetch
        clock, spent = (wall, cpu) if self._spec.instrument else (int, int)
        open_arrivals = self.tickets.offsets is not None
        due, cpu_start = 0, spent()
        while True:
            page = claim()
            if page < 0:
                return
            record, error = None, ""
            if open_arrivals:
                due = sleep_until(self.tickets.due(page))
                cpu_start = spent()
            start = clock()
            try:
                status, body = fetch(path_of(page))
            except:  # noqa: E722 - whatever a client raises is this job's error
                fetched, cpu_fetched = clock(), spent()
                error = self._note("fetch", page)
                parsed, cpu_parsed = fetched, cpu_fetched
            else:
                fetched, cpu_fetched = clock(), spent()
                if status == OK:
                    try:
                        record = parse(page, body)
                    except:  # noqa: E722 - a parser may even call sys.exit
                        error = self._note("parse", page)
                else:
                    error = self._keep("status: %d" % status, page, "the server answered %d" % status)
                cpu_parsed, parsed = spent(), clock()
                body = None  # else every thread holds its last page while it waits for the next one
            fetch_cpu, parse_cpu = difference(cpu_start, cpu_fetched), difference(cpu_fetched, cpu_parsed)
            numbers = (
                page, worker, due or start, start, fetched, parsed, parsed, fetch_cpu, parse_cpu, worker, fetched,
            )  # fmt: skip
            log.append((numbers, record, error))
            cpu_start = cpu_parsed

    def _note(self, phase, page):
        kind, words = raised()
        return self._keep("%s: %s" % (phase, kind), page, words)

    def _keep(self, kind, page, message):
        """Keep the words of the first few errors of each kind; the samples count them all."""
        with self._lock:
            seen = self._seen.get(kind, 0)
            self._seen[kind] = seen + 1
            if seen < MESSAGES_PER_KIND:
                self.errors.append({"kind": kind, "page": page, "message": message})
        return kind


def difference(start_ns, end_ns):
    """Return the CPU between two readings; a clock that does not exist reads UNKNOWN, and so is the difference."""
    return end_ns - start_ns if start_ns >= 0 else start_ns


def path_of(page):
    """Return what is asked of the server for a page."""
    return native("/pages/%d" % page)


def thread_name(index):
    """Return the name of a worker: the kernel keeps 15 bytes of it."""
    return "sim-worker-%d" % index


def tids_by_name(width):
    """Return worker index -> native thread id: the JVM gives a thread's name to the kernel, and no id to anybody.

    Empty where the system does not say.
    """
    indexes = {thread_name(index): index for index in range(width)}
    tids = {}
    folder = "/proc/self/task"
    for tid in os.listdir(folder) if os.path.isdir(folder) else ():
        try:
            with io.open("%s/%s/comm" % (folder, tid), encoding="utf-8", errors="replace") as comm:
                name = comm.read().strip()
        except (IOError, OSError):  # that thread has ended; two types in Python 2
            continue
        if name in indexes:
            tids[indexes[name]] = int(tid)
    return tids
