"""Calling for a while, and a number of calls dealt out to threads: how long they take, and where the time goes."""

import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from .target import Call

CLOCK_EVERY_S = 0.001
"""Between two readings of the clock lies about that much work: the clock's own cost stays below 0.1 %."""
MOST_THREADS = 1024


def batch_for(cost_s: float) -> int:
    """Return how many calls to make between two readings of the clock."""
    return max(1, min(100_000, int(CLOCK_EVERY_S / max(cost_s, 1e-9))))


def call_for(call: Call, seconds: float, batch: int) -> "tuple[int, float]":
    """Call until `seconds` have passed, at least once; returns how often, and how long it took (s)."""
    started = time.perf_counter()
    calls = 0
    while True:
        for number in range(calls, calls + batch):
            call(number)
        calls += batch
        elapsed = time.perf_counter() - started
        if elapsed >= seconds:
            return calls, elapsed


def schedstat() -> "tuple[int, int] | None":
    """Return this thread's time on a CPU and its wait for one (ns); null where there is no Linux /proc."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:  # noqa: PTH123 - the cheapest way
            on_cpu, waiting, _ = file.read().split()
    except (OSError, ValueError):
        return None
    return int(on_cpu), int(waiting)


class _Deal:
    """Numbers of calls, dealt out in batches: whichever thread is free takes the next."""

    def __init__(self, first: int, calls: int, batch: int) -> None:
        self._next, self._end, self._batch = first, first + calls, batch
        self._lock = threading.Lock()

    def take(self) -> range:
        """Return the next numbers; none when all are dealt."""
        with self._lock:
            first = self._next
            self._next = min(self._end, first + self._batch)
            return range(first, self._next)


class _Start:
    """The moment at which all threads begin: taken before any of them goes on."""

    def __init__(self, threads: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._barrier = threading.Barrier(threads, self._stamp)
        self.at_s = 0.0
        self.usage = resource.getrusage(resource.RUSAGE_SELF)

    def _stamp(self) -> None:
        self.usage = resource.getrusage(resource.RUSAGE_SELF)
        self.at_s = self._clock()

    def wait(self) -> None:
        """Wait for the others."""
        self._barrier.wait()

    def give_up(self) -> None:
        """Let the others fail who wait, or will."""
        self._barrier.abort()


class _Part:
    """One thread's part of a window."""

    def __init__(self, call: Call, deal: _Deal, start: _Start, clock: Callable[[], float]) -> None:
        self._call, self._deal, self._start, self._clock = call, deal, start, clock
        self.ended_s = 0.0
        self.cpu_s = 0.0
        self.waited_s: float | None = None

    def run(self, warm_up: Callable[[], None]) -> None:
        """Do it in this thread."""
        try:
            warm_up()
            before, cpu = schedstat(), time.thread_time()
            self._start.wait()
            call, made = self._call, False
            while numbers := self._deal.take():
                for number in numbers:
                    call(number)
                made = True
            self.ended_s = self._clock() if made else self._start.at_s
        except BaseException:
            self._start.give_up()
            raise
        self.cpu_s, after = time.thread_time() - cpu, schedstat()
        if before is not None and after is not None:
            self.waited_s = (after[1] - before[1]) / 1e9


class Team:
    """Threads that make calls side by side.

    They are kept from window to window, so that what a call builds once for its thread is built before the first.

    Args:
        call: what is called.
        clock: tells the time (s), the same for all processes of the machine.
    """

    def __init__(self, call: Call, clock: Callable[[], float] = time.perf_counter) -> None:
        self._call, self._clock = call, clock
        self._pool = ThreadPoolExecutor(MOST_THREADS, "probe")
        self._own = threading.local()

    def _warm_up(self) -> None:
        if not getattr(self._own, "warm", False):
            self._call(0)
            self._own.warm = True

    def window(self, threads: int, calls: int, batch: int, first: int = 0) -> "dict[str, Any]":
        """Make so many calls in all, in so many threads; what is free takes the next ones.

        There is one window for all, from before the first of them may begin to when the last has ended: a thread that
        waits to begin is waiting. So work that holds the GIL cannot come out as gaining by threads, however long
        it holds it: its calls follow one another, and their times add up to the window.

        Args:
            threads: how many.
            calls: how many in all. A multiple of the threads, lest one have none to make while others make their last.
            batch: how many a thread takes at once.
            first: number of the first call, which chooses the page.

        Returns:
            the window (`began_s`, `ended_s`), calls per second in it and CPU per call, shares of the threads' time on
            a CPU, waiting for one and neither, and of the process's CPU time the part that the kernel took, with the
            page faults per call.

        Raises:
            BaseException: what a call raised.
        """
        deal, start = _Deal(first, calls, batch), _Start(threads, self._clock)
        parts = [_Part(self._call, deal, start, self._clock) for _ in range(threads)]
        _finish([self._pool.submit(part.run, self._warm_up) for part in parts])
        after = resource.getrusage(resource.RUSAGE_SELF)
        ended_s = max(part.ended_s for part in parts)
        elapsed = sum(part.ended_s - start.at_s for part in parts)
        waits = [part.waited_s for part in parts]
        known = [wait for wait in waits if wait is not None]
        cpu = sum(part.cpu_s for part in parts)
        system = after.ru_stime - start.usage.ru_stime
        whole = system + after.ru_utime - start.usage.ru_utime
        return {
            "began_s": start.at_s,
            "ended_s": ended_s,
            "calls_per_s": calls / (ended_s - start.at_s),
            "cpu_per_call_s": cpu / calls,
            "on_cpu": min(1.0, cpu / elapsed),
            "waiting": min(1.0, sum(known) / elapsed) if len(known) == len(waits) else None,
            "kernel": system / whole if whole > 0 else 0.0,
            "faults_per_call": (after.ru_minflt - start.usage.ru_minflt) / calls,
        }


def _finish(parts: "list[Future[None]]") -> None:
    """Wait for all of them. Raises what a call raised, not that others were kept from beginning by it."""
    errors = [error for part in parts if (error := part.exception()) is not None]
    for error in errors:
        if not isinstance(error, threading.BrokenBarrierError):
            raise error
    if errors:
        raise errors[0]
