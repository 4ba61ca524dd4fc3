"""What every command means by a RUN: an id prefix, a name, `last`, `last~1`, or the path of a result document."""

import os
from pathlib import Path

from simulator.cli import exits
from simulator.judging.document import conclude, read
from simulator.result.document import NotAResultError, ResultDocument
from simulator.result.run import Run
from simulator.store import RunNotFoundError, Store, StoreError, check_label, default_path


def document_of(found: Run | ResultDocument) -> ResultDocument:
    """Return the document of what a RUN meant; reads a stored run's raw samples. Raises Stop."""
    if isinstance(found, ResultDocument):
        return found
    try:
        return conclude(found)
    except StoreError as error:
        exits.usage(str(error))


def find_run(reference: str, path: Path | None) -> Run | ResultDocument:
    """Return what a RUN means: a stored run, or the document in a file. Raises Stop."""
    if is_file(reference):
        return read_document(Path(reference))
    path = path or default_path(os.environ)
    if not path.exists():
        exits.usage(f"there is no results database {path} yet; simulator run FILE makes it")
    try:
        with Store.open(path, create=False) as store:
            return store.load(store.find(reference))
    except (StoreError, RunNotFoundError) as error:
        exits.usage(str(error))


def check_name(name: str | None) -> None:
    """Make sure that a run can be called so; null: it is called nothing. Raises Stop."""
    try:
        if name is not None:
            check_label(name)
    except ValueError as error:
        exits.usage(f"--name: {error}")


def is_file(reference: str) -> bool:
    """Whether a RUN is the path of a result document."""
    return "/" in reference or reference.endswith(".json")


def read_document(path: Path) -> ResultDocument:
    """Read a result document from a file. Raises Stop."""
    try:
        return read(path.read_text(encoding="utf-8"))
    except OSError as error:
        exits.usage(f"{path} cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        exits.usage(f"{path} is not a result document: it is no UTF-8 text ({error.reason})")
    except NotAResultError as error:
        exits.usage(f"{path} is not a result document: {error}")
