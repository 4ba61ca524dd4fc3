"""Lanes as options of ECharts: for each span where it is, and what it is drawn as."""

from collections.abc import Iterator

from simulator.report.figure import Axis, Lanes
from simulator.report.html.axes import Option, grid, names, numbers
from simulator.report.parts import TimelineLane

LANE_PX, AROUND_PX = 24, 62
SPAN_KINDS = ("network", "resume", "parse", "turn")
"""Later ones are drawn over earlier ones; report.js knows them by number."""


def lanes(shape: Lanes) -> tuple[int, Option]:
    """Return the height in pixels, and the option; spans are lane, start and end (ms), kind, share on CPU."""
    watched = any(lane.turns_us for lane in shape.lanes)
    spans = [
        [index, *span]
        for index, lane in enumerate(shape.lanes)
        for span in sorted(_spans(lane, watched=watched), key=lambda span: span[2])
    ]
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


def _spans(lane: TimelineLane, *, watched: bool) -> Iterator[tuple[float, float, int, float]]:
    for kind, flat in ((0, lane.network_us), (1, lane.resume_us), (3, lane.turns_us)):
        for start, end in zip(flat[::2], flat[1::2], strict=True):
            yield start / 1e3, end / 1e3, kind, 1.0
    for start, end, cpu in zip(lane.parse_us[::3], lane.parse_us[1::3], lane.parse_us[2::3], strict=True):
        # Where it was watched, turns tell what the share can only guess.
        share = 0.0 if watched else min(1.0, cpu / (end - start)) if end > start else 0.0
        yield start / 1e3, end / 1e3, 2, round(share, 3)
