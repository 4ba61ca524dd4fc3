"""Reading a file of observed delays: one duration per line, blank lines and those that begin with # skipped."""

import codecs
import re
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from mockserver.latency_models import MOST_OBSERVED, Empirical
from mockserver.regular_file import read_regular
from mockserver.units import parse_duration

# Room for the longest sensible text of each duration; a larger file is a mistake, not a list of delays.
_LARGEST_FILE_BYTES: Final = 32 * MOST_OBSERVED

# How editors and shells write text that is not plain UTF-8, and say so.
_MARKED: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# As every editor counts lines: str.splitlines would also end one at a form feed or U+2028.
_END_OF_LINE: Final = re.compile("\r\n|\r|\n")
_BETWEEN: Final = re.compile(r"[,;\s]+")
_MOST_SHOWN: Final = 40


class ObservedDelaysError(ValueError):
    """A file of observed delays cannot be used; one sentence that names it.

    Attributes:
        reason: The same without anything that stands in the file, for those who may not read it.
    """

    def __init__(self, sentence: str, reason: str | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason or sentence


def read_delays(file: Path) -> Empirical:
    """Read a file of observed delays.

    Raises:
        ObservedDelaysError: It cannot be read, is not such a list, or is empty; names file and line.
    """
    entries = _entries(file)
    if not 1 <= len(entries) <= MOST_OBSERVED:
        raise ObservedDelaysError(
            f"latency file {file} has {len(entries)} durations; write 1 to {MOST_OBSERVED}, one per line"
        )
    try:
        return Empirical.model_validate({"kind": "empirical", "values": [text for _, text in entries]})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = int(first["loc"][-1])
        number, text = entries[at]
        where = f"latency file {file}, line {number}"
        said = _said(text, str(first["ctx"]["error"]), heading=at == 0)
        raise ObservedDelaysError(
            f"{where}: {said}", f"{where} is no delay; write a number and a unit, as in 40ms"
        ) from error


def _entries(file: Path) -> list[tuple[int, str]]:
    try:
        data = read_regular(file, _LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise ObservedDelaysError(f"latency file {file}: {error.strerror or error}") from error
    if len(data) > _LARGEST_FILE_BYTES:
        raise ObservedDelaysError(f"latency file {file} is larger than {_LARGEST_FILE_BYTES} bytes")
    mark, codec = next(((mark, codec) for mark, codec in _MARKED if data.startswith(mark)), (b"", "utf-8"))
    lines = _END_OF_LINE.split(data.removeprefix(mark).decode(codec, "backslashreplace"))
    return [
        (number, line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]


def _said(text: str, words: str, *, heading: bool) -> str:
    """Say what was found, also what cannot be seen, and what to write instead."""
    shown = repr(text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…")
    if len(text) > _MOST_SHOWN:
        words = "is not a duration; write a number and a unit, as in 40ms"
        said = f"{shown} {words}"
    else:
        said = words if words.startswith(shown) else f"found {shown}: {words}"
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) > 1 and all(map(_is_duration, parts)):
        return f"{said}; write each on a line of its own"
    if heading and not any(letter.isdigit() for letter in text):
        return f"{said}; put # before a heading, or remove it"
    return said


def _is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True
