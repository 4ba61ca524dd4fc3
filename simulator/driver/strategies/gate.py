"""Where tasks of an executor wait for one another, so that each is in another worker.

A barrier of threads or of multiprocessing can be had only where all workers are of its kind, and inherit it. Two named
pipes have a path, which can be sent to all: threads, processes however they are started, and subinterpreters.
"""

import os
from pathlib import Path
from typing import NamedTuple


class Gate(NamedTuple):
    """What a worker needs of it."""

    missing: str
    """A pipe with a byte for each worker but one: whoever comes takes one, and who finds none is the last."""
    opened: str
    """A pipe in which the last one puts a byte for each of the others, who wait for it."""
    others: int

    def wait(self) -> None:
        """Return when all have come."""
        if _read(self.missing, os.O_NONBLOCK):
            _read(self.opened)
            return
        fd = os.open(self.opened, os.O_WRONLY)
        try:
            os.write(fd, b"\0" * self.others)
        finally:
            os.close(fd)


def _read(path: str, how: int = 0) -> bytes:
    """Return a byte, or nothing where that is not waited for and there is none."""
    fd = os.open(path, os.O_RDONLY | how)
    try:
        return os.read(fd, 1)
    except BlockingIOError:
        return b""
    finally:
        os.close(fd)


class Doorkeeper:
    """The other side of it, in the interpreter that has the executor."""

    def __init__(self, folder: Path, name: str, count: int) -> None:
        """Make a gate.

        Args:
            folder: where its pipes are.
            name: which no other gate has there.
            count: of the workers that wait for one another.
        """
        self.gate = Gate(str(folder / f"{name}.missing"), str(folder / f"{name}.opened"), count - 1)
        self._paths = self.gate[:2]
        for path in self._paths:
            os.mkfifo(path, 0o600)
        # Open at both ends, so that nobody who opens one waits, and nobody reads the end of it between two who came.
        self._missing, self._opened = (os.open(path, os.O_RDWR | os.O_CLOEXEC) for path in self._paths)

    def shut(self) -> None:
        """Let nobody through before all have come, once more."""
        os.write(self._missing, b"\0" * self.gate.others)

    def close(self) -> None:
        """Remove it; nobody waits there any more."""
        for fd in (self._missing, self._opened):
            os.close(fd)
        for path in self._paths:
            Path(path).unlink(missing_ok=True)
