"""What a kind of recording is to the rest: one function that reads it, and what a person may want of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simulator.imports.recording import Recording


@dataclass(frozen=True)
class Wanted:
    """What is to be taken from a recording."""

    all_statuses: bool = False
    """Also answers that are no success."""
    keep_secrets: bool = False
    """Also what is secret in URLs."""
    media_types: tuple[str, ...] = ()
    """Only answers whose media type contains one of these, as `html` or `json`; none: all."""
    unit: str | None = None
    """Of durations that are bare numbers: s, ms, us; null: what is usual there."""
    column: str | None = None
    """Of a table: which one has the durations; null: the one that is called so."""


Reader = Callable[[Path, Wanted], Recording]
"""Reads a recording. Raises RecordingError: it cannot be used, whatever is in it."""


@dataclass(frozen=True)
class Kind:
    """A kind of recording."""

    name: str
    what: str
    """For help."""
    read: Reader
