"""Looking at threads from outside while a window is open: which of them run, a thousand times a second.

This disturbs what it looks at, by a few percent of a core. So it is never done in a repetition that counts.
"""

import contextlib
import os
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import numpy as np

from simulator.result.looks import EVERY_NS, Looks
from simulator.runner.family import PROC

MOST_THREADS = 16
"""Each costs about 5 us a look."""
RUNNABLE = b"R"
STAT_BYTES, SCHEDSTAT_BYTES = 1024, 128


class Watcher:
    """Context manager around a window; `looks` is what was seen, once it is left.

    Two files of each thread are kept open, and read with one system call each: the state in /proc/PID/task/TID/stat,
    and CPU time and the time waited for a core in its schedstat.

    Args:
        workers: worker index -> (pid, tid).
        after_s: when to begin, counted from the entry.
        for_s: how long to look.
    """

    def __init__(self, workers: Mapping[int, tuple[int, int]], *, after_s: float, for_s: float) -> None:
        self._workers = {index: workers[index] for index in sorted(workers)[:MOST_THREADS]}
        self._of = len(workers)
        self._after_s = after_s
        self._for_ns = int(for_s * 1e9)
        self._files = contextlib.ExitStack()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._at_ns: list[int] = []
        self._read: list[list[bytes]] = []
        self._cost_ns = 0

    def __enter__(self) -> Self:
        """Begin to wait for the moment. Raises OSError: a thread is gone, or cannot be looked at."""
        with self._files:
            pairs = [
                (self._open(pid, tid, "stat"), self._open(pid, tid, "schedstat"))
                for pid, tid in self._workers.values()
            ]
            self._files = self._files.pop_all()
        self._thread = threading.Thread(target=self._look, args=(pairs,), name="watcher", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._files.close()

    def _open(self, pid: int, tid: int, name: str) -> int:
        file = os.open(PROC / str(pid) / "task" / str(tid) / name, os.O_RDONLY)
        self._files.callback(os.close, file)
        return file

    def _look(self, pairs: list[tuple[int, int]]) -> None:
        if self._stopped.wait(self._after_s):
            return
        cpu_ns = time.thread_time_ns()
        due_ns = time.monotonic_ns()
        end_ns = due_ns + self._for_ns
        while due_ns <= end_ns and not self._stopped.is_set():
            began_ns = time.monotonic_ns()
            row: list[bytes] = []
            try:
                for stat, schedstat in pairs:
                    row += (os.pread(stat, STAT_BYTES, 0), os.pread(schedstat, SCHEDSTAT_BYTES, 0))
            except ProcessLookupError:  # it has ended, and so has the window
                break
            now_ns = time.monotonic_ns()
            self._at_ns.append((began_ns + now_ns) // 2)
            self._read.append(row)
            # A look that is late is not made up for: the next one is the next that is due.
            due_ns += EVERY_NS * max(1, 1 + (now_ns - due_ns) // EVERY_NS)
            time.sleep(max(0.0, (due_ns - now_ns) / 1e9))
        self._cost_ns = time.thread_time_ns() - cpu_ns

    def looks(self) -> Looks:
        """Return what was seen; without a row where the window ended before the first look."""
        size, threads = len(self._read), len(self._workers)
        # The name in parentheses may hold anything; the state is the letter after the last of them.
        states = [[text[text.rindex(b")") + 2 :][:1] == RUNNABLE for text in row[::2]] for row in self._read]
        times = np.array(
            [[text.split()[:2] for text in row[1::2]] for row in self._read], dtype=np.int64
        ).reshape(size, threads, 2)
        return Looks(
            workers=tuple(self._workers),
            of=self._of,
            at_ns=np.array(self._at_ns, dtype=np.int64),
            runnable=np.array(states, dtype=np.bool_).reshape(size, threads),
            queued_ns=times[:, :, 1],
            on_cpu_ns=times[:, :, 0],
            cost_ns=self._cost_ns,
        )
