"""Opening the file, for writing or only for looking."""

import sqlite3
import stat
from pathlib import Path

from .errors import ELSEWHERE, StoreError, explained
from .schema import prepare

BUSY_TIMEOUT_S = 10.0
"""How long to wait for another process's transaction; each takes some milliseconds."""


def connect(path: Path, *, create: bool, busy_timeout_s: float) -> sqlite3.Connection:
    """Open a results database; with `create` it and its folder are made where missing, and must be writable.

    SQLite's rollback journal is kept, not the write-ahead log: a transaction every few seconds gains nothing
    from the log, while one file is all there is between two transactions, to copy, to put on a network folder
    or to read from a read-only disk. Both survive a kill: whoever opens next rolls back what was unfinished.

    Raises:
        StoreError: It cannot be opened, read or (with `create`) written.
    """
    with explained(path):
        _check_file(path, create=create)
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}",
            uri=True,
            timeout=busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,  # Store takes a lock around every use
        )
        try:
            prepare(connection, path, create=create)
        except BaseException:
            connection.close()
            raise
        return connection


def _check_file(path: Path, *, create: bool) -> None:
    """Name what SQLite would only call "unable to open". Raises StoreError or OSError."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if not create:
            raise StoreError(
                f"{path} does not exist: nothing was kept there; `simulator run FILE` makes it, {ELSEWHERE}"
            ) from None
        _make_folder(path.parent, path)
        return
    except ValueError as error:  # a NUL character
        raise StoreError(f"{str(path)!r} is not a path ({error}); correct it, {ELSEWHERE}") from error
    if stat.S_ISDIR(mode):
        raise StoreError(f"{path} is a folder; name a file in it, such as {path / 'results.sqlite'}")
    if not stat.S_ISREG(mode):
        # Opening a pipe would wait for ever.
        raise StoreError(f"{path} is not a regular file; name one, {ELSEWHERE}")


def _make_folder(folder: Path, path: Path) -> None:
    with explained(path):
        folder.mkdir(parents=True, exist_ok=True)
