"""Where tasks of an executor wait for one another, so that each is in another worker.

A barrier of threads or of multiprocessing can be had only where all workers are of its kind, and inherit it. Two named
pipes have a path, which can be sent to all: threads, processes however they are started, and subinterpreters.
"""

import os
import threading
from pathlib import Path
from typing import NamedTuple


class Gate(NamedTuple):
    """What a worker needs of it: whoever comes says so on one pipe and waits for a byte on the other."""

    came: str
    opened: str

    def wait(self) -> None:
        """Return when all have come."""
        for path, flags, do in (
            (self.came, os.O_WRONLY, lambda fd: os.write(fd, b"\0")),
            (self.opened, os.O_RDONLY, lambda fd: os.read(fd, 1)),
        ):
            fd = os.open(path, flags)
            try:
                do(fd)
            finally:
                os.close(fd)


class Doorkeeper:
    """The other side of it, in the driver: a thread for each time that all come, which ends when all have.

    It waits in the kernel, and where somebody never comes, it ends with the driver.
    """

    def __init__(self, folder: Path) -> None:
        self.gate = Gate(str(folder / "gate.came"), str(folder / "gate.opened"))
        for path in self.gate:
            os.mkfifo(path, 0o600)
        # Open at both ends, so that nobody who opens one waits, and nobody reads the end of it between two who came.
        self._came, self._opened = (os.open(path, os.O_RDWR | os.O_CLOEXEC) for path in self.gate)

    def open_for(self, count: int) -> None:
        """Let so many through, when as many have come."""
        threading.Thread(target=self._watch, args=(count,), name="gate", daemon=True).start()

    def close(self) -> None:
        """Remove it; nobody waits there any more."""
        for fd in (self._came, self._opened):
            os.close(fd)
        for path in self.gate:
            Path(path).unlink(missing_ok=True)

    def _watch(self, count: int) -> None:
        missing = count
        while missing:
            missing -= len(os.read(self._came, missing))
        os.write(self._opened, b"\0" * count)
