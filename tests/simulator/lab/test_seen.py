from dataclasses import replace

from simulator.lab.seen import MOST_LANES, cells_of, verdict_of
from simulator.result.attribution import Lane, Timeline
from tests.simulator.analysis.builders import matrix

LANE = Lane(
    "worker 1", (0, 20_000), (20_000, 21_000), (21_000, 31_000, 9_000), (21_000, 30_000), (30_000, 30_500)
)


def test_cells_are_known_by_their_strategy() -> None:
    found = cells_of(matrix({"": {"5ms": {"threads": [90.0, 100.0, 110.0]}}}, {"5ms": 0.005}, factor=""))
    assert found["threads"].median is not None
    assert 90 < found["threads"].median < 110
    assert (found["threads"].kind, found["threads"].lanes) == ("interval", None)


def test_lanes_are_a_few_and_have_what_was_seen() -> None:
    document = matrix({"": {"5ms": {"threads": [90.0, 100.0, 110.0]}}}, {"5ms": 0.005}, factor="")
    timeline = Timeline(-1, 40_000, (LANE,) * 12, 0)
    cells = tuple(replace(cell, timeline=timeline) for cell in document.cells)
    lanes = cells_of(replace(document, cells=cells))["threads"].lanes
    assert lanes is not None
    assert lanes.count == MOST_LANES
    first = [(span.tone, span.from_s, span.to_s) for span in lanes.spans if span.lane == 0]
    assert first == [
        ("network", 0.0, 0.02),
        ("stall", 0.02, 0.021),
        ("stall", 0.021, 0.031),
        ("queue", 0.03, 0.0305),
        ("cpu", 0.021, 0.03),
    ]


def test_where_nobody_looked_a_parse_computes() -> None:
    document = matrix({"": {"5ms": {"threads": [90.0, 100.0, 110.0]}}}, {"5ms": 0.005}, factor="")
    timeline = Timeline(0, 40_000, (replace(LANE, turns_us=(), queued_us=()),), 0)
    cells = tuple(replace(cell, timeline=timeline) for cell in document.cells)
    lanes = cells_of(replace(document, cells=cells))["threads"].lanes
    assert lanes is not None
    assert [span.tone for span in lanes.spans] == ["network", "stall", "cpu"]


def test_the_answer_is_that_of_a_report() -> None:
    rates = {"": {"5ms": {"threads": [90.0, 91.0, 92.0], "processes": [180.0, 181.0, 182.0]}}}
    assert "take processes" in verdict_of(matrix(rates, {"5ms": 0.005}, factor="")).lower()
