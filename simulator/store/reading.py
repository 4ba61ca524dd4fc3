"""Raw samples, read when they are needed; and what a damaged document is called."""

import sqlite3
import threading
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.result.samples import Samples

from .connection import BUSY_TIMEOUT_S, connect
from .errors import ELSEWHERE, StoreError, explained

_SELECT = """
    SELECT data FROM samples
    JOIN repetitions ON repetitions.seq = samples.repetition
    JOIN runs ON runs.seq = repetitions.run
    WHERE runs.id = ? AND repetitions.cell = ? AND repetitions.round = ?
"""


class SampleReader:
    """The raw samples of one run, read when they are asked for.

    Opens the file for itself: a report reads samples long after the list that it started from. The file stays open,
    without a lock on it, as long as the reader lives: opening it anew takes longer than reading a repetition.
    """

    def __init__(self, path: Path, run_id: str) -> None:
        self._path = path
        self._run_id = run_id
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def __call__(self, cell_id: str, round_: int) -> Samples | None:
        """Return one repetition's raw samples, or null where none were kept.

        Raises:
            StoreError: The file cannot be read, or what it holds is damaged.
        """
        with self._lock, explained(self._path):
            # All of it: a statement that could still give rows would keep writers out.
            rows = self._opened().execute(_SELECT, (self._run_id, cell_id, round_)).fetchall()
        if not rows:
            return None
        with undamaged(self._path, f"the samples of {cell_id}, round {round_}, in run {self._run_id}"):
            return Samples.from_bytes(rows[0][0])

    def open(self) -> None:
        """Open the file now: it can then be read also when it was removed meanwhile. Raises StoreError."""
        with self._lock, explained(self._path):
            self._opened()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect(self._path, create=False, busy_timeout_s=BUSY_TIMEOUT_S)
            weakref.finalize(self, self._connection.close)
        return self._connection


@contextmanager
def undamaged(path: Path, what: str) -> Iterator[None]:
    """Turn what a decoder raises at damaged content into a StoreError."""
    try:
        yield
    except (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise StoreError(
            f"{path} is damaged, {what} cannot be read; move it away or restore it from a copy, {ELSEWHERE}"
        ) from error
