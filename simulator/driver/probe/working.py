"""Calling for a while in one or several threads, and what the kernel says the threads did meanwhile."""

import resource
import threading
import time
from itertools import repeat
from typing import Any

from .target import Call

CLOCK_EVERY_S = 0.001
"""Between two readings of the clock lies about that much work: the clock's own cost stays below 0.1 %."""


def batch_for(cost_s: float) -> int:
    """Return how many calls to make between two readings of the clock."""
    return max(1, min(100_000, int(CLOCK_EVERY_S / max(cost_s, 1e-9))))


def call_for(call: Call, seconds: float, batch: int) -> "tuple[int, float]":
    """Call until `seconds` have passed, at least once; returns how often, and how long it took (s)."""
    started = time.perf_counter()
    calls = 0
    while True:
        for _ in repeat(None, batch):
            call()
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


class _Worker:
    """One thread's part."""

    def __init__(self, call: Call, seconds: float, batch: int, start: threading.Barrier) -> None:
        self._call, self._seconds, self._batch, self._start = call, seconds, batch, start
        self.calls, self.elapsed_s = 0, 0.0
        self.cpu_s = 0.0
        self.waited_s: float | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._start.wait()
            before, cpu = schedstat(), time.thread_time()
            self.calls, self.elapsed_s = call_for(self._call, self._seconds, self._batch)
            self.cpu_s, after = time.thread_time() - cpu, schedstat()
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
            self.error = error
            return
        if before is not None and after is not None:
            self.waited_s = (after[1] - before[1]) / 1e9


def work(calls: "list[Call]", seconds: float, batch: int) -> "dict[str, Any]":
    """Make these calls side by side, each in a thread of its own, for `seconds`.

    Returns:
        calls per second of all, shares of the threads' time on a CPU, waiting for one and neither, and of the
        process's CPU time the part that the kernel took, with the page faults per call.

    Raises:
        BaseException: what a call raised.
    """
    start = threading.Barrier(len(calls))
    workers = [_Worker(call, seconds, batch, start) for call in calls]
    before = resource.getrusage(resource.RUSAGE_SELF)
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = resource.getrusage(resource.RUSAGE_SELF)
    for worker in workers:
        if worker.error is not None:
            raise worker.error
    elapsed = sum(worker.elapsed_s for worker in workers)
    waits = [worker.waited_s for worker in workers]
    known = [wait for wait in waits if wait is not None]
    waiting = sum(known) / elapsed if len(known) == len(waits) else None
    on_cpu = sum(worker.cpu_s for worker in workers) / elapsed
    system = after.ru_stime - before.ru_stime
    cpu = system + after.ru_utime - before.ru_utime
    return {
        "calls_per_s": sum(worker.calls / worker.elapsed_s for worker in workers),
        "on_cpu": min(1.0, on_cpu),
        "waiting": waiting,
        "kernel": system / cpu if cpu > 0 else 0.0,
        "faults_per_call": (after.ru_minflt - before.ru_minflt) / sum(worker.calls for worker in workers),
    }
