from dataclasses import replace

import pytest

from simulator.report.view.figure import Bar, Bars
from simulator.report.view.figures.plain_bars import CHARTS
from simulator.stats.intervals import Interval
from tests.simulator.analysis.builders import document
from tests.simulator.report.view.figures.runs import RATES, measured, only

memory, startup = (chart.build for chart in CHARTS)


def test_memory_is_drawn_in_mb() -> None:
    panel = only(memory(measured()))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.names == ("sequential", "threads", "asyncio")
    assert panel.shape.bars[1] is not None
    assert panel.shape.bars[1].reach == pytest.approx([40.0] * 3)
    assert panel.shape.bars[1].tone == "strategy:threads"
    assert panel.shape.axis.unit == "MB"
    assert panel.table.rows[1] == ("threads", "40", "40", "40")
    assert panel.summary == "The job takes 40 MB (threads) to 100 MB (asyncio), 2.50 times as much."


def test_startup_is_drawn_in_seconds() -> None:
    panel = only(startup(measured()))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.bars[2] == Bar(0.3, 0.3, 0.3, "strategy:asyncio")
    assert panel.table.rows[2] == ("asyncio", "0.3", "0.3", "0.3")
    assert panel.summary == (
        "Until every worker is up it takes 0.2 s (threads) to 0.3 s (asyncio), 1.50 times as much."
    )


def test_a_whisker_reaches_over_the_interval_of_the_rounds_and_an_older_document_has_none() -> None:
    made = measured()
    sure = Interval(40e6, 30e6, 50e6, rounds=3)
    for interval, ends in ((sure, (30.0, 50.0)), (None, (None, None))):
        cells = (replace(cell, memory_interval_bytes=interval) for cell in made.cells)
        shape = only(memory(replace(made, cells=tuple(cells)))).shape
        assert isinstance(shape, Bars)
        assert shape.bars[1] is not None
        assert (shape.bars[1].low, shape.bars[1].high) == ends


def test_what_differs_by_nothing_to_speak_of_is_alike_and_one_alone_compared_with_nothing() -> None:
    assert (
        only(memory(document(RATES))).summary == "The job takes about 100 MB with threads and asyncio alike."
    )
    alone = document({"sequential": [20.0] * 3, "threads": [50.0] * 3})
    assert only(memory(alone)).summary == "The job takes 100 MB with threads."


def test_who_has_no_number_is_named_and_without_any_there_is_no_figure() -> None:
    panel = only(memory(document(RATES, threads={"memory_bytes": None})))
    assert panel.table.notes == ("threads: its memory cannot be read here",)
    made = document(RATES)
    none = replace(made, cells=tuple(replace(cell, memory_bytes=None) for cell in made.cells))
    assert memory(none) is None
