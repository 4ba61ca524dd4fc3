"""Writing what other programs read, to a file or to standard output."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from simulator.cli import exits
from simulator.result.document import ResultDocument, to_json


def check_writable(target: str, option: str = "--json") -> None:
    """Make sure before an hour of measuring that the document can be written. Raises Stop."""
    if target == "-":
        return
    path = Path(target)
    if path.is_dir():
        exits.usage(f"{option} {target} is a folder; give the path of a file")
    if not path.parent.is_dir():
        exits.usage(f"{option} {target}: there is no folder {path.parent}; make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        exits.usage(f"{option} {target} cannot be written; choose another path")


def write_document(document: ResultDocument, target: str) -> None:
    """Write the document; a file appears whole or not at all. Raises Stop."""
    write_text(to_json(document) + "\n", target)


def write_text(text: str, target: str, option: str = "--json") -> None:
    """Write a text; a file appears whole or not at all. Raises Stop."""
    with writing(target, option) as out:
        out.write(text.encode())


@contextmanager
def writing(target: str, option: str) -> Iterator[IO[bytes]]:
    """Open the target, `-` for standard output; a file appears whole, when the block has ended, or not at all.

    Raises:
        Stop: it cannot be written.
    """
    path = Path(target)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if target == "-":
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
            return
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            with path.open("wb") as out:
                yield out
            return
        with partial.open("wb") as out:
            yield out
        partial.replace(path)
    except BrokenPipeError:
        raise  # whoever read it has left, as `head` does: that is no failure
    except OSError as error:
        raise exits.Stop(exits.FAILED, f"{option} {target} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
