"""Spinners: pure-Python computing beside the job, in threads of the driver or in processes of their own.

    start()    they exist and are parked
    spin()     all of them compute, from before "go" on
    park()     all of them wait again: the runner can read the CPU that each has used, and subtract it
    release()  they end

Threads compete with the job for the interpreter's lock and for a core, processes for a core only: they are the
control. Neither outlives the driver: the threads are daemons, and a process ends when its standard input does, which
only the driver holds open.
"""

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .shared.failure import Failure
from .spec import Beside

if TYPE_CHECKING:
    import subprocess

LOOPS = 1000
"""Of computing between two looks at whether to go on: some 20 us."""
PROGRAM = Path(__file__).with_name("spinner_process.py")


@dataclass(frozen=True)
class Spinner:
    """The thread that computes."""

    pid: int
    tid: int


class Spinners(Protocol):
    """All spinners of a repetition."""

    def start(self) -> "list[Spinner]":
        """Start them, parked. Raises Failure."""

    def spin(self) -> None:
        """Let all compute; returns when each has begun. Raises Failure."""

    def park(self) -> None:
        """Let all wait; returns when each does. Raises Failure."""

    def release(self) -> None:
        """End them and wait until they have; safe to call at any time, and more than once."""


def open_spinners(beside: "Beside | None") -> Spinners:
    """Return the spinners of a job file, not yet started; without any, there is nothing to do."""
    if beside is not None and beside.place == "processes":
        return SpinnerProcesses(beside.spinners)
    return SpinnerThreads(0 if beside is None else beside.spinners)


class SpinnerThreads:
    """Threads of this process. They take no lock while they compute but the interpreter's."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads: list[threading.Thread] = []
        self._spinners: list[Spinner] = []
        self._arrived = threading.Semaphore(0)
        self._go = threading.Event()
        self._spinning = False
        self._ended = False

    def start(self) -> "list[Spinner]":
        """Start the threads and wait until each is parked."""
        for index in range(self._count):
            thread = threading.Thread(target=self._live, name=f"spinner-{index}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._all_arrive()
        return list(self._spinners)

    def spin(self) -> None:
        """Let all compute, and wait until each does."""
        self._spinning = True
        self._go.set()
        self._all_arrive()

    def park(self) -> None:
        """Let all wait again."""
        self._go.clear()
        self._spinning = False
        self._all_arrive()

    def release(self) -> None:
        """Let the threads end."""
        self._ended = True
        self._spinning = False
        self._go.set()
        for thread in self._threads:
            thread.join()

    def _all_arrive(self) -> None:
        for _ in range(self._count):
            self._arrived.acquire()

    def _live(self) -> None:
        self._spinners.append(Spinner(os.getpid(), threading.get_native_id()))
        self._arrived.release()
        while True:
            self._go.wait()
            if self._ended:
                return
            self._arrived.release()
            while self._spinning:
                for _ in range(LOOPS):
                    pass
            self._arrived.release()


class SpinnerProcesses:
    """Child processes, each a bare interpreter of the same kind that imports next to nothing."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self) -> "list[Spinner]":
        """Start the processes and wait until each is parked."""
        import subprocess  # noqa: PLC0415 - most jobs are alone

        command = [sys.executable, "-I", "-S", str(PROGRAM)]
        try:
            for _ in range(self._count):
                child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
                self._children.append(child)
        except OSError as error:
            raise Failure("failed", f"a spinner process cannot be started: {error}") from error
        return [Spinner(child.pid, int(self._answer(child))) for child in self._children]

    def spin(self) -> None:
        """Let all compute, and wait until each does."""
        self._tell(b"spin\n")

    def park(self) -> None:
        """Let all wait again."""
        self._tell(b"park\n")

    def release(self) -> None:
        """End the processes."""
        import subprocess  # noqa: PLC0415 - most jobs are alone

        for child in self._children:
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def _tell(self, word: bytes) -> None:
        try:
            for child in self._children:
                assert child.stdin is not None  # noqa: S101 - it was asked for
                child.stdin.write(word)
        except OSError as error:
            raise Failure("failed", f"a spinner process has ended: {error}") from error
        for child in self._children:
            self._answer(child)

    def _answer(self, child: "subprocess.Popen[bytes]") -> bytes:
        assert child.stdout is not None  # noqa: S101 - it was asked for
        line = child.stdout.readline()
        if not line:
            raise Failure("failed", f"the spinner process {child.pid} has ended")
        return line
