"""Lanes as options of ECharts: for each span where it is, and what it is drawn as."""

from collections.abc import Iterator

from simulator.report.html.axes import Option, grid, names, numbers
from simulator.report.view.figure import Axis, Lanes
from simulator.report.view.parts import TimelineLane

LANE_PX, AROUND_PX = 24, 62
NETWORK, RESUME, PARSE, TURN, QUEUED = range(5)
"""What a span is drawn as; report.js knows them by number."""


def watched(shape: Lanes) -> bool:
    """Return whether somebody looked who ran: then turns tell what the share of a parse can only guess."""
    return any(lane.turns_us for lane in shape.lanes)


def lanes(shape: Lanes) -> tuple[int, Option]:
    """Return the height in pixels, and the option; spans are lane, start and end (ms), kind, share on CPU."""
    seen = watched(shape)
    spans = [[index, *span] for index, lane in enumerate(shape.lanes) for span in _spans(lane, seen=seen)]
    width_ms = shape.width_us / 1e3
    return AROUND_PX + LANE_PX * len(shape.lanes), {
        "grid": grid(),
        "xAxis": {**numbers(Axis("time", "ms"), (0.0, width_ms)), "min": 0, "max": width_ms},
        "yAxis": names([lane.name for lane in shape.lanes], inverse=True),
        "series": [
            {
                "type": "custom",
                "renderItem": "@span",
                "encode": {"x": [1, 2], "y": 0},
                "clip": True,
                "tooltip": {"formatter": "@span-tip"},
                "data": spans,
            }
        ],
    }


def _spans(lane: TimelineLane, *, seen: bool) -> Iterator[tuple[float, float, int, float]]:
    """Return what is drawn first, first: later spans cover earlier ones."""
    yield from _plain(lane.network_us, NETWORK)
    yield from _plain(lane.resume_us, RESUME)
    for start, end, cpu in zip(lane.parse_us[::3], lane.parse_us[1::3], lane.parse_us[2::3], strict=True):
        share = 0.0 if seen else min(1.0, cpu / (end - start)) if end > start else 0.0
        yield start / 1e3, end / 1e3, PARSE, round(share, 3)
    yield from _plain(lane.queued_us, QUEUED)
    yield from _plain(lane.turns_us, TURN)


def _plain(flat_us: tuple[int, ...], kind: int) -> Iterator[tuple[float, float, int, float]]:
    for start, end in zip(flat_us[::2], flat_us[1::2], strict=True):
        yield start / 1e3, end / 1e3, kind, 1.0
