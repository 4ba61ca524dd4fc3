"""Writing result documents, to a file or to standard output."""

import os
import sys
from pathlib import Path

from simulator.cli import exits
from simulator.result.document import ResultDocument, to_json


def check_writable(target: str) -> None:
    """Make sure before an hour of measuring that the document can be written. Raises Stop."""
    if target == "-":
        return
    path = Path(target)
    if path.is_dir():
        exits.usage(f"--json {target} is a folder; give the path of a file")
    if not path.parent.is_dir():
        exits.usage(f"--json {target}: there is no folder {path.parent}; make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        exits.usage(f"--json {target} cannot be written; choose another path")


def write_document(document: ResultDocument, target: str) -> None:
    """Write the document; a file appears whole or not at all. Raises Stop."""
    text = to_json(document) + "\n"
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(target)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_text(text, encoding="utf-8")
            return
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise exits.Stop(exits.FAILED, f"--json {target} cannot be written: {error.strerror}") from error
