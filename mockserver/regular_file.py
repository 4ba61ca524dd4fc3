"""Reading a file that somebody named: only a regular one, since a pipe or a device may never end or never begin."""

import os
import stat
from pathlib import Path
from typing import IO


def read_regular(file: Path, most_bytes: int = -1) -> bytes:
    """Read a file, or its first bytes.

    Raises:
        OSError: It cannot be read, or is no regular file.
    """
    with open_regular(file) as stream:
        return stream.read(most_bytes)


def stamp(file: Path) -> tuple[int, int, int]:
    """Return what changes when a file does: for those who keep what they have read of it.

    Raises:
        OSError: It cannot be looked at.
    """
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def open_regular(file: Path) -> IO[bytes]:
    """Open a file for reading.

    Raises:
        OSError: It cannot be opened, or is no regular file.
    """
    # Without O_NONBLOCK, opening a named pipe waits for somebody to write to it.
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    stream = os.fdopen(descriptor, "rb") if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    if stream is None:
        os.close(descriptor)
        raise OSError(None, "not a regular file", str(file))
    return stream
