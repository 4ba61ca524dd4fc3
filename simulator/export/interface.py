"""What a table is to a format, and a format to a table: typed columns in, bytes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal, Protocol

Type = Literal["text", "integer", "number", "boolean"]
Batch = Sequence[Sequence[Any]]
"""Some rows: for each column its values, all of the same length. A value is of the column's type, or None."""


@dataclass(frozen=True)
class Column:
    """One column."""

    name: str
    """With its unit, where it has one."""
    type: Type


@dataclass(frozen=True)
class Rows:
    """A table that is made while it is written, so that it need not fit into memory."""

    columns: tuple[Column, ...]
    """With names that differ, in an order that is the same for every run of a scenario."""
    batches: Iterator[Batch]


class Format(Protocol):
    """Writes a table."""

    def __call__(self, rows: Rows, out: IO[bytes], /) -> None:
        """Write all rows.

        Raises:
            MissingLibraryError: a library that this format needs is not installed; nothing was written.
            OSError: `out` cannot be written.
        """


class MissingLibraryError(RuntimeError):
    """A library is not installed; the message says how to install it."""


@dataclass(frozen=True)
class Known:
    """One format by its name."""

    write: Format
    suffixes: tuple[str, ...]
    """Of file names that mean it."""
    streams: bool
    """Whether it may go to a pipe or a terminal."""


Formats = Mapping[str, Known]
