from dataclasses import replace

from simulator.report.view.figure import Bar, Bars
from simulator.report.view.figures.loop_lag import CHART
from simulator.stats.percentiles import Lag
from tests.simulator.analysis.builders import document
from tests.simulator.report.view.figures.runs import CALIBRATION, RATES, measured, only


def test_only_strategies_with_a_loop_have_bars_p99_and_worst() -> None:
    panel = only(CHART.build(measured()))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.names == ("asyncio, p99", "asyncio, worst")
    assert panel.shape.bars == (
        Bar(25.0, tone="strategy:asyncio"),
        Bar(50.0, tone="strategy:asyncio"),
    )
    assert panel.shape.reference is None
    assert panel.table.rows == (("asyncio", "25", "50"),)
    assert panel.summary == "A tick of the loop is late by up to 50 ms with asyncio."


def test_an_idle_loop_is_the_control() -> None:
    made = measured()
    calibrated = replace(made, cells=tuple(replace(cell, calibration=CALIBRATION) for cell in made.cells))
    panel = only(CHART.build(calibrated))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.reference == (2.0, "idle loop, worst")
    assert panel.table.rows[-1] == ("idle loop", "–", "2")
    assert panel.summary.endswith("; an idle loop on this machine by up to 2 ms.")


def test_a_p99_that_is_not_carried_has_no_bar() -> None:
    panel = only(CHART.build(document(RATES, asyncio={"loop_lag_s": Lag(0.001, None, 0.05)})))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.names == ("asyncio, worst",)
    assert panel.table.rows == (("asyncio", "–", "50"),)


def test_without_a_loop_there_is_no_figure() -> None:
    assert CHART.build(document(RATES)) is None
