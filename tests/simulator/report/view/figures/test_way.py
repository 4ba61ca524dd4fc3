from dataclasses import replace

import pytest

from simulator.report.view.figure import Stack
from simulator.report.view.figures.way import CHART
from tests.simulator.analysis.builders import document
from tests.simulator.report.view.figures.runs import RATES, WAY, measured, only


def test_layers_are_the_documents_means_in_ms_and_the_table_has_their_sum() -> None:
    panel = only(CHART.build(measured()))
    assert isinstance(panel.shape, Stack)
    layers = {layer.name: layer.values for layer in panel.shape.layers}
    assert layers["parse"] == (10.0, 60.0, 10.0)
    assert layers["resume"] == (5.0, 5.0, 30.0)
    assert panel.shape.axis.unit == "ms"
    assert panel.table.rows[1] == ("threads", "1", "40", "5", "0", "60", "0", "106")


def test_the_summary_compares_the_strategies_without_sequential() -> None:
    assert only(CHART.build(measured())).summary == (
        "On average a job takes 81 ms (asyncio) to 106 ms (threads); the longest part there is the parse, 60 ms;"
        " after the answer asyncio waits 30 ms before parsing."
    )


def test_where_all_take_the_same_nobody_is_singled_out() -> None:
    made = document(RATES, threads={"job_time": WAY}, asyncio={"job_time": WAY})
    text = only(CHART.build(made)).summary
    assert text.startswith("On average a job takes about 56 ms with threads and asyncio alike; ")


@pytest.mark.parametrize("lacking", [True, False])
def test_it_is_absent_where_the_way_is_not_known(lacking: bool) -> None:  # noqa: FBT001 - a test
    made = measured()
    cells = tuple(replace(cell, job_time=None) for cell in made.cells)
    assert (CHART.build(replace(made, cells=cells) if lacking else made) is None) is lacking
