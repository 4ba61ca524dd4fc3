"""Looking at a real child process from outside."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from simulator.analysis.spans import covered_ns
from simulator.analysis.turns import common, turns
from simulator.result.looks import Looks
from simulator.runner import family
from simulator.runner.watch import MOST_THREADS, Watcher

pytestmark = pytest.mark.skipif(not family.READABLE, reason="threads are looked at in Linux's /proc")

ONE_AT_A_TIME = """
import sys, threading
turns = [threading.Semaphore(1), threading.Semaphore(0)]
ids = [0, 0]
started = threading.Barrier(3)
def work(me):
    ids[me] = threading.get_native_id()
    started.wait()
    while True:
        turns[me].acquire()
        for _ in range(400_000): pass
        turns[1 - me].release()
for me in (0, 1):
    threading.Thread(target=work, args=(me,), daemon=True).start()
started.wait()
print(*ids, flush=True)
sys.stdin.read()
"""

ASLEEP = """
import sys, threading
print(threading.get_native_id(), flush=True)
sys.stdin.read()
"""


@contextmanager
def child(program: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run a program that says the ids of its threads when it is ready, and ends with its input."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        try:
            yield started, [int(word) for word in started.stdout.readline().split()]
        finally:
            started.kill()


def seen(workers: dict[int, tuple[int, int]], for_s: float) -> Looks:
    """Look at threads all the time."""
    watcher = Watcher(workers, after_s=0.0, for_s=for_s)
    with watcher:
        assert watcher._thread is not None
        watcher._thread.join()
    return watcher.looks()


def wait_until_it_reads(pid: int, tid: int) -> None:
    """Return when a thread sleeps: it says its id a moment before."""
    while (family.PROC / str(pid) / "task" / str(tid) / "stat").read_text().split(") ")[1][0] != "S":
        pass


@pytest.mark.alone
def test_two_threads_that_take_turns_are_hardly_ever_seen_to_run_together() -> None:
    with child(ONE_AT_A_TIME) as (process, tids):
        looks = seen({3: (process.pid, tids[0]), 1: (process.pid, tids[1])}, 0.5)
    assert looks.workers == (1, 3)
    assert (np.diff(looks.at_ns) > 0).all()
    assert looks.runnable.any(axis=0).all(), "each of them ran"
    first, second = (turns(looks)[worker].running for worker in looks.workers)
    # At a hand-over both run for a moment, until the one that gives way waits.
    assert covered_ns(common(first, second)) < (covered_ns(first) + covered_ns(second)) / 4
    # Whoever runs has more CPU time later on.
    assert (looks.on_cpu_ns[-1] > looks.on_cpu_ns[0]).all()
    assert looks.cost_ns > 0


def test_a_thread_that_waits_is_never_seen_to_run() -> None:
    with child(ASLEEP) as (process, tids):
        wait_until_it_reads(process.pid, tids[0])
        looks = seen({0: (process.pid, tids[0])}, 0.2)
    assert len(looks) > 0
    assert not looks.runnable.any()


def test_looking_ends_with_the_window_though_it_was_to_begin_later() -> None:
    with child(ASLEEP) as (process, tids):
        with Watcher({0: (process.pid, tids[0])}, after_s=3_600.0, for_s=60.0) as watcher:
            pass
        looks = watcher.looks()
    assert len(looks) == 0
    assert looks.runnable.shape == (0, 1)


def test_a_thread_that_ends_ends_the_looking() -> None:
    with child(ASLEEP) as (process, tids):
        watcher = Watcher({0: (process.pid, tids[0])}, after_s=0.0, for_s=3_600.0)
        with watcher:
            process.kill()
            process.wait()
            assert watcher._thread is not None
            watcher._thread.join()
            assert not watcher._thread.is_alive()


def test_a_thread_that_is_gone_cannot_be_looked_at() -> None:
    with child(ASLEEP) as (process, tids):
        pass
    with pytest.raises(OSError, match="No such"), Watcher({0: (process.pid, tids[0])}, after_s=0, for_s=1):
        pass


def test_some_of_many_threads_are_looked_at() -> None:
    with child(ASLEEP) as (process, tids):
        many = dict.fromkeys(range(MOST_THREADS + 5), (process.pid, tids[0]))
        with Watcher(many, after_s=3_600.0, for_s=1.0) as watcher:
            pass
    assert (len(watcher.looks().workers), watcher.looks().of) == (MOST_THREADS, MOST_THREADS + 5)
