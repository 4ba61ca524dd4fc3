"""What a run of one point found, as the page lays it over its predictions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.report.view.build import pieces
from simulator.result.attribution import Lane, Timeline
from simulator.result.document import CellResult, ResultDocument

MOST_LANES = 8
_TONES: Mapping[str, tuple[str, float]] = {
    "network_us": ("network", 0.3),
    "resume_us": ("stall", 0.3),
    "queued_us": ("queue", 0.5),
    "turns_us": ("cpu", 0.85),
}
"""What a span is → its colour, and how much of its lane it fills."""


@dataclass(frozen=True)
class Span:
    """A stretch of a lane."""

    lane: int
    tone: str
    fill: float
    from_s: float
    to_s: float


@dataclass(frozen=True)
class SeenLanes:
    """A short stretch of what was really seen."""

    width_s: float
    count: int
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class SeenCell:
    """One strategy."""

    status: str
    reason: str
    median: float | None
    low: float | None
    high: float | None
    """Pages per second."""
    kind: str
    """`interval`, or with fewer than three rounds `range`."""
    lanes: SeenLanes | None


def cells_of(document: ResultDocument) -> dict[str, SeenCell]:
    """Return what was found by strategy; nothing of what was not measured because it was not begun."""
    return {cell.strategy: _cell(cell) for cell in document.cells if cell.status != "skipped"}


def verdict_of(document: ResultDocument) -> str:
    """Return the answer as its report gives it, in sentences; empty where it gives none."""
    return " ".join(pieces(document, only="", explain=False).verdict.sentences)


def _cell(cell: CellResult) -> SeenCell:
    rate = cell.throughput_per_s
    return SeenCell(
        status=cell.status,
        reason=cell.reason or "",
        median=None if rate is None else rate.median,
        low=None if rate is None else rate.low,
        high=None if rate is None else rate.high,
        kind="" if rate is None else rate.kind,
        lanes=None if cell.timeline is None else lanes_of(cell.timeline),
    )


def lanes_of(timeline: Timeline) -> SeenLanes:
    """Return the first lanes of a stretch, as they are drawn."""
    shown = timeline.lanes[:MOST_LANES]
    spans = tuple(span for number, lane in enumerate(shown) for span in _spans(number, lane))
    return SeenLanes(timeline.width_us / 1e6, len(shown), spans)


def _spans(number: int, lane: Lane) -> Iterator[Span]:
    """Yield what is drawn first, first."""
    for name, (tone, fill) in _TONES.items():
        flat: Any = getattr(lane, name)
        for start, end in zip(flat[::2], flat[1::2], strict=True):
            yield Span(number, tone, fill, start / 1e6, end / 1e6)
        if name == "resume_us":
            yield from _parses(number, lane)


def _parses(number: int, lane: Lane) -> Iterator[Span]:
    """Yield parses. Where somebody looked who ran, what is neither a turn nor a wait for a core is a stall."""
    looked = bool(lane.turns_us)
    for start, end in zip(lane.parse_us[::3], lane.parse_us[1::3], strict=True):
        yield Span(number, "stall" if looked else "cpu", 0.5 if looked else 0.85, start / 1e6, end / 1e6)
