"""What can go wrong with the results database, each as one sentence that says what to do."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ELSEWHERE = "or choose another file with --store PATH"


class StoreError(RuntimeError):
    """The results cannot be read or kept; the message names the file, what is wrong and what to do."""


class RunNotFoundError(LookupError):
    """No run, or more than one, is meant by a reference; the message names the nearest runs."""


_PRIMARY = 0xFF
"""SQLite's extended result codes carry the primary one in their low byte."""

_LOCKED = "{path} is locked by another process; wait until that has ended, " + ELSEWHERE
_SENTENCES = {
    sqlite3.SQLITE_FULL: "{path} cannot be written, the disk is full; free some space, " + ELSEWHERE,
    sqlite3.SQLITE_READONLY: "{path} is read-only, or its folder is; allow writing, " + ELSEWHERE,
    sqlite3.SQLITE_PERM: "{path} may not be opened; allow reading and writing, " + ELSEWHERE,
    sqlite3.SQLITE_CANTOPEN: (
        "{path} cannot be opened, or no journal be written beside it; "
        "allow reading the file and writing to its folder, " + ELSEWHERE
    ),
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_NOTADB: "{path} is not a results database; name the right file, " + ELSEWHERE,
    sqlite3.SQLITE_CORRUPT: "{path} is damaged; move it away or restore it from a copy, " + ELSEWHERE,
    sqlite3.SQLITE_IOERR: "{path} cannot be read or written ({error}); check the disk and its free space, "
    + ELSEWHERE,
}
_REASONS = {
    errno.ENOSPC: "the disk is full; free some space, ",
    errno.EROFS: "the file system is read-only; make it writable, ",
    errno.EACCES: "permission denied; allow it, ",
    errno.EPERM: "permission denied; allow it, ",
    errno.ENOTDIR: "a part of the path is a file, not a folder; correct the path, ",
    errno.EEXIST: "a part of the path is a file, not a folder; correct the path, ",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into a StoreError."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a mistake of the caller's, not of the file
    except sqlite3.Error as error:
        code = getattr(
            error, "sqlite_errorcode", sqlite3.SQLITE_ERROR
        )  # missing when Python itself raised it
        sentence = _SENTENCES.get(
            code & _PRIMARY, "{path} cannot be used ({error}); move it away, " + ELSEWHERE
        )
        raise StoreError(sentence.format(path=path, error=error)) from error
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"{error.strerror or error}; correct it, ")
        raise StoreError(f"{path} cannot be used, {reason}{ELSEWHERE}") from error
