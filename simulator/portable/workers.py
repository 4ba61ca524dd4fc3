"""The job under `threads`, a thread per job in flight, and under `sequential`, in the main thread."""

from __future__ import absolute_import, division, unicode_literals

import io
import os
import threading
from functools import partial

from .client import Client, context_of
from .clock import cpu, sleep_until, wall
from .parsers import load
from .shared.attempts import do_jobs_put_aside, do_jobs_with_retries
from .shared.blocking import connect, do_jobs, warm_up
from .shared.failure import Failure
from .shared.python import JYTHON, gil_enabled, native
from .shared.ramp import turn_ns
from .shared.recorder import ErrorLog, Recorder, SampleLog
from .shared.retries import Policy
from .shared.threads import team
from .shared.tickets import Tickets
from .shared.work import bind

PREFIX = native("/pages/")


class Threads:
    """N threads of this process, each with a client of its own."""

    def __init__(self, spec):
        self.offsets = spec.offsets_ns()
        if self.offsets is not None and not self.offsets:
            raise Failure("failed", "no job is due before the end; raise job.duration or arrivals.rate")
        self.errors = ErrorLog()
        self._spec = spec
        self._tickets = Tickets(spec.pages, spec.duration_ns, self.offsets, wall)
        self.logs = [SampleLog() for _ in range(spec.widths[0])]
        self._team = None

    def start(self):
        """Start the threads and wait until each is up; return what the runner is told of them."""
        spec, indices = self._spec, range(len(self.logs))
        context = context_of(spec.tls)
        parse = bind(load(spec.parser), spec.repeats, spec.extra_fraction, spec.units, spec.seed)
        self._team = team(
            "worker",
            [partial(JobThread, spec, parse, index, context) for index in indices],
            [native(thread_name(index)) for index in indices],
            True,
        )
        started = self._team.start()
        named = tids_by_name(len(started)) if JYTHON else None
        return [
            {
                "index": i,
                "pid": os.getpid(),
                "tid": tid if named is None else named[i],
                "shard": 0,
                "gil_enabled": gil_enabled(),
                "up_ns": up_ns,
            }
            for i, (tid, up_ns) in enumerate(started)
        ]

    def warm_up(self):
        """Let the threads do their first jobs."""
        self._team.tell("warm_up")

    def run(self):
        """Open the tickets, release the threads and wait until all are parked; return the moment of "go" (ns)."""
        clocks = (wall, cpu) if self._spec.instrument else (int, int)
        go_ns = wall()
        claim = self._tickets.open(go_ns + self._spec.ramp_ns)
        recorders = [
            Recorder(i, log.add, self.errors, *(clocks + (True,))) for i, log in enumerate(self.logs)
        ]
        self._team.tell("run", claim, recorders, self._tickets.due, go_ns)
        return go_ns

    def release(self):
        """Let the parked threads end."""
        self._team.release()


class JobThread:
    """One job in flight."""

    def __init__(self, spec, parse, index, context):
        self._spec, self._parse, self._index = spec, parse, index
        if JYTHON:
            name_thread(thread_name(index))  # in a thread of its own it has that name already
        self._client = Client(spec.base_url, spec.timeout_s, spec.accept_encoding, context)

    def start(self):
        """Connect; return the thread's native id, null where this Python does not say, and the moment (ns)."""
        connect(self._client.fetch, PREFIX)
        tid = threading.get_native_id() if hasattr(threading, "get_native_id") else None
        return tid, wall()

    def warm_up(self):
        """Do jobs that do not count."""
        warmup = self._spec.warmup
        warm_up(
            self._client.fetch, PREFIX, self._parse, range(self._index * warmup, (self._index + 1) * warmup)
        )

    def run(self, claim, recorders, due_at, go_ns):
        """Do jobs until none is left."""
        if self._spec.ramp_ns:
            sleep_until(go_ns + turn_ns(self._spec.ramp_ns, self._index, len(recorders)))
        recorder, retries, fetch = recorders[self._index], self._spec.retries, self._client.fetch
        if retries is None:
            do_jobs(fetch, PREFIX, self._parse, claim, recorder, due_at, sleep_until, False)
            return
        policy = Policy(self._spec.seed, retries)
        if retries["hold_slot"]:
            do_jobs_with_retries(
                fetch, PREFIX, self._parse, claim, recorder, due_at, sleep_until, False, policy, wall
            )
        else:
            do_jobs_put_aside(fetch, PREFIX, self._parse, claim, recorder, sleep_until, False, policy, wall)

    def release(self):
        """Close the connection."""
        self._client.close()


def thread_name(index):
    """Return the name of a worker: the kernel keeps 15 bytes of it."""
    return "sim-worker-%d" % index


def name_thread(name):
    """Give the calling thread a name, which the JVM gives to the kernel."""
    from java.lang import Thread  # noqa: PLC0415 - Jython's own

    Thread.currentThread().setName(name)


def tids_by_name(width):
    """Return each worker's native thread id: the JVM gives a thread's name to the kernel, and no id to anybody.

    Null where the system does not say.
    """
    indexes = {thread_name(index): index for index in range(width)}
    tids = [None] * width
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
