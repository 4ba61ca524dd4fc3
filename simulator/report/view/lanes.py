"""Lanes of a timeline as a report shows them, cut shorter."""

from collections.abc import Sequence

from simulator.analysis.overlap import pairs
from simulator.report.view.parts import TimelineLane
from simulator.result.attribution import Lane


def shown(lane: Lane, width_us: int) -> TimelineLane:
    """Return a lane of a result document as a lane of a report, cut where the picture ends.

    A parse that is cut keeps its share of CPU.
    """
    parses: list[int] = []
    for begin, end, cpu in zip(lane.parse_us[::3], lane.parse_us[1::3], lane.parse_us[2::3], strict=True):
        until = min(end, width_us)
        if begin < until:
            parses += [begin, until, round(cpu * (until - begin) / (end - begin))]
    return TimelineLane(
        lane.name,
        _cut(lane.network_us, width_us),
        _cut(lane.resume_us, width_us),
        tuple(parses),
        _cut(lane.turns_us, width_us),
        _cut(lane.queued_us, width_us),
    )


def _cut(flat_us: Sequence[int], width_us: int) -> tuple[int, ...]:
    kept = [(begin, min(end, width_us)) for begin, end in pairs(flat_us) if begin < width_us]
    return tuple(edge for span in kept for edge in span)
