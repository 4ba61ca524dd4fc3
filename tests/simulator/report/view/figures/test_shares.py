from dataclasses import replace

import pytest

from simulator.report.view.figure import TONES, Stack
from simulator.report.view.figures.shares import CHART, LAYERS
from tests.simulator.analysis.builders import document, known_attribution
from tests.simulator.report.view.figures.runs import RATES, measured, only


def test_layers_are_the_documents_shares_in_percent() -> None:
    panel = only(CHART.build(measured()))
    assert isinstance(panel.shape, Stack)
    assert panel.shape.names == ("sequential", "threads", "asyncio")
    layers = {layer.name: layer.values for layer in panel.shape.layers}
    assert layers["network"] == pytest.approx([90.0, 20.0, 0.0])
    assert layers["stalled"] == pytest.approx([0.0, 48.0, 0.0])
    assert layers["gap"] == pytest.approx([0.0, 2.0, 0.0])
    assert {layer.tone for layer in panel.shape.layers} <= set(TONES)
    assert panel.table.rows[1][:4] == ("threads", "8", "0", "30")


def test_every_layer_has_a_colour_of_its_own() -> None:
    tones = [tone for _, tone, _ in LAYERS]
    assert len(set(tones)) == len(tones)


def test_a_gap_that_is_too_small_to_see_is_not_drawn() -> None:
    made = document(RATES, threads={"attribution": known_attribution(network=0.996)})
    panel = only(CHART.build(made))
    assert isinstance(panel.shape, Stack)
    assert "gap" not in [layer.name for layer in panel.shape.layers]
    assert panel.table.rows[0][-2] == "0.4"


def test_the_summary_says_what_took_most_of_each_and_who_stalled() -> None:
    assert only(CHART.build(measured())).summary == (
        "The largest part is the network with sequential (90 %), a stall with threads (48 %), parse CPU with asyncio"
        " (70 %)."
    )
    made = document(
        RATES,
        threads={"attribution": known_attribution(network=0.8, stall_parse=0.2)},
        asyncio={"attribution": known_attribution(network=1.0)},
    )
    assert only(CHART.build(made)).summary == (
        "The largest part is the network with threads (80 %) and asyncio (100 %); threads are stalled for 20 %, most of"
        " all."
    )


def test_a_stall_smaller_than_the_steal_is_not_named_and_much_steal_is() -> None:
    stalled = replace(known_attribution(network=0.93, stall_parse=0.07), steal=0.08)
    text = only(CHART.build(document(RATES, asyncio={"attribution": stalled}))).summary
    assert "stalled" not in text
    assert text.endswith("; the host took up to 8 % of the machine meanwhile.")


def test_where_nothing_is_known_there_is_no_figure_and_who_lacks_it_is_named() -> None:
    assert CHART.build(document(RATES)) is None
    made = document(RATES, threads={"attribution": known_attribution(network=1.0)})
    assert only(CHART.build(made)).table.notes == (
        "sequential, asyncio: not known, because a thread's times or the server's stamps cannot be read there",
    )
