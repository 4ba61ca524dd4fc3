"""Raw samples, read when they are needed; and what a damaged document is called."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
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


def read_samples(path: Path, run_id: str, cell_id: str, round_: int) -> Samples | None:
    """Return one repetition's raw samples, or null where none were kept.

    Opens the file for itself: a report reads samples long after the list that it started from.

    Raises:
        StoreError: The file cannot be read, or what it holds is damaged.
    """
    with closing(connect(path, create=False, busy_timeout_s=BUSY_TIMEOUT_S)) as connection, explained(path):
        row = connection.execute(_SELECT, (run_id, cell_id, round_)).fetchone()
    if row is None:
        return None
    with undamaged(path, f"the samples of {cell_id}, round {round_}, in run {run_id}"):
        return Samples.from_bytes(row[0])


@contextmanager
def undamaged(path: Path, what: str) -> Iterator[None]:
    """Turn what a decoder raises at damaged content into a StoreError."""
    try:
        yield
    except (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise StoreError(
            f"{path} is damaged, {what} cannot be read; move it away or restore it from a copy, {ELSEWHERE}"
        ) from error
