from dataclasses import replace

import pytest

from simulator.report.view.figure import Lines
from simulator.report.view.figures.cost import CHART
from tests.simulator.analysis.builders import document, matrix
from tests.simulator.report.view.figures.runs import RATES, only
from tests.simulator.report.view.test_matrix import COSTS, ROW, usual


def test_a_line_for_each_strategy_over_what_was_measured() -> None:
    made = matrix({"": {cost: ROW[cost] for cost in ("20ms", "1ms")}}, COSTS)
    panel = only(CHART.build(made))
    assert isinstance(panel.shape, Lines)
    assert (panel.shape.x.scale, panel.shape.x.unit) == ("log", "ms")
    assert [line.name for line in panel.shape.lines] == ["sequential", "threads", "asyncio", "processes"]
    threads = panel.shape.lines[1].spots
    assert [spot.x for spot in threads] == pytest.approx([1.03, 20.4])
    assert [spot.y for spot in threads] == [100.0, 40.0]
    rate = next(cell.throughput_per_s for cell in made.cells if cell.id == "threads-1ms")
    assert rate is not None
    assert (threads[0].low, threads[0].high) == (rate.low, rate.high)
    assert ("threads", "20ms", "20.4", "40") in [row[:4] for row in panel.table.rows]


def test_the_summary_says_who_leads_at_both_ends_and_where_it_turns() -> None:
    panel = only(CHART.build(matrix({"": ROW}, COSTS)))
    first, *_, last = panel.summary.split("; ")
    assert first.startswith("At 0.002 ms of parse CPU asyncio is fastest with 130 pages/s, 1.30 × (")
    assert "at 20.4 ms of parse CPU processes are fastest with 60 pages/s" in panel.summary
    assert last == "processes beat asyncio from 1.03 to 20.4 ms on."


def test_each_other_combination_has_a_panel() -> None:
    figure = CHART.build(usual(("0ms", "20ms")))
    assert figure is not None
    assert [panel.name for panel in figure.panels] == [
        "server.latency 0ms, 8 in flight",
        "server.latency 20ms, 8 in flight",
    ]


def test_a_parse_that_was_not_measured_has_no_point_and_one_cost_no_figure() -> None:
    assert CHART.build(document(RATES)) is None
    made = matrix({"": ROW}, COSTS)
    unknown = replace(made, cells=tuple(replace(cell, parse=None) for cell in made.cells))
    assert CHART.build(unknown) is None
