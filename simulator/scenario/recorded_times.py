"""Arrivals as they were recorded: when each request came, from the first on, and how often that goes round."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from mockserver.config import CatalogueContent, Content, RecordedContent
from mockserver.content import ContentError
from mockserver.manifest import MOST_PAGES, read_manifest
from mockserver.regular_file import read_regular, stamp
from mockserver.units import format_rate, parse_duration
from simulator.scenario.arrivals import MOST_PER_S, Arrivals

_LARGEST_BYTES: Final = 32 * MOST_PAGES
_FEWEST: Final = 2


class RecordedTimesError(ValueError):
    """There are no times to replay; one sentence that names the input."""


@dataclass(frozen=True)
class RecordedTimes:
    """When jobs are due."""

    offsets_ns: tuple[int, ...]
    """From the first on, which is 0; rising."""
    period_ns: int
    """After which they come again: to the last, and a mean gap."""

    @property
    def rate_per_s(self) -> float:
        """How many come in a second, in the mean."""
        return len(self.offsets_ns) / self.period_ns * 1e9


def recorded_times(arrivals: Arrivals, content: Content) -> RecordedTimes:
    """Return the times of recorded arrivals, stretched to their rate where they have one.

    Raises:
        RecordedTimesError: There are none, or they cannot be read.
    """
    moments_ns = _moments_ns(arrivals.file, content)
    first = min(moments_ns)
    offsets = sorted(moment - first for moment in moments_ns)
    count, last = len(offsets), offsets[-1]
    source = (
        arrivals.file if arrivals.file is not None or isinstance(content, CatalogueContent) else content.path
    )
    if count < _FEWEST or last == 0:
        raise RecordedTimesError(
            f"{source}: all requests came at one moment; write a rate instead, as {{rate: 50/s}}"
        )
    period = last * count / (count - 1)
    stretched = 1.0 if arrivals.rate_per_s is None else count / arrivals.rate_per_s * 1e9 / period
    found = RecordedTimes(
        tuple(round(offset * stretched) for offset in offsets), max(1, round(period * stretched))
    )
    if found.rate_per_s > MOST_PER_S:
        raise RecordedTimesError(
            f"{source}: {format_rate(round(found.rate_per_s))} came; at most {format_rate(MOST_PER_S)} are replayed:"
            " write a rate beside process: recorded"
        )
    return found


def _moments_ns(file: Path | None, content: Content) -> list[int]:
    if file is not None:
        try:
            return list(_read(file, stamp(file)))
        except OSError as error:
            raise RecordedTimesError(f"{file}: {error.strerror or error}") from error
    if not isinstance(content, RecordedContent):
        raise RecordedTimesError(
            f"recorded arrivals need content of kind recorded, not {content.kind}, or a file, as in"
            " {process: recorded, file: ./times.txt}"
        )
    try:
        pages = read_manifest(content.path).pages
    except ContentError as error:
        raise RecordedTimesError(str(error)) from error
    known = [page.at_ns for page in pages if page.at_ns is not None]
    if len(known) < len(pages):
        raise RecordedTimesError(
            f"{content.path}: it is not known when {len(pages) - len(known)} of {len(pages)} pages were asked for;"
            " write a rate instead, as {rate: 50/s}"
        )
    return known


@lru_cache(maxsize=4)
def _read(file: Path, _stamp: tuple[int, int, int]) -> tuple[int, ...]:
    data = read_regular(file, _LARGEST_BYTES + 1)
    if len(data) > _LARGEST_BYTES:
        raise RecordedTimesError(f"{file} is larger than {_LARGEST_BYTES} bytes; keep fewer lines")
    moments = []
    for number, line in enumerate(data.decode("utf-8-sig", "backslashreplace").splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                moments.append(parse_duration(line))
            except ValueError as error:
                raise RecordedTimesError(f"{file}, line {number}: {error}") from error
    if not moments:
        raise RecordedTimesError(f"{file} has no durations; write one on each line, as 0ms, 40ms, 1.5s")
    return tuple(moments)
