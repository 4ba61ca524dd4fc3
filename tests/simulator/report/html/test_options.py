"""Shapes as options of ECharts: what is drawn, in which colour, on which axes."""

import json
from typing import Any

import pytest

from simulator.report.html.colours import Palette
from simulator.report.html.legends import legend
from simulator.report.html.options import chart
from simulator.report.view.figure import (
    Axis,
    Bar,
    Bars,
    Grid,
    Lanes,
    Layer,
    Line,
    Lines,
    Shape,
    Spot,
    Square,
    Stack,
)
from simulator.report.view.parts import TimelineLane
from simulator.scenario.strategy import NAMES
from tests.simulator.report.html.examples import figures

PALETTE = Palette.of(figures(), NAMES)
PAGES = Axis("throughput", "pages/s")


def option(shape: Shape) -> dict[str, Any]:
    made: dict[str, Any] = chart(shape, PALETTE)["option"]
    return made


def test_every_shape_is_plain_data_with_a_height() -> None:
    for figure in figures():
        for panel in figure.panels:
            made = chart(panel.shape, PALETTE)
            assert json.loads(json.dumps(made, allow_nan=False)) == made
            assert made["height"] > 100


def test_bars_have_their_value_colour_whisker_and_label() -> None:
    shape = Bars(("threads", "mine"), (Bar(104.27, 98.0, 110.0, "strategy:threads"), None), PAGES)
    made = option(shape)
    bars, whiskers, labels = made["series"]
    assert made["yAxis"]["data"] == ["threads", "mine"]
    assert made["yAxis"]["inverse"] is True
    assert made["xAxis"]["name"] == "throughput (pages/s)"
    assert bars["data"][0]["value"] == 104.27
    assert bars["data"][0]["itemStyle"]["color"] == "@strategy:1"
    assert bars["data"][0]["tip"] == "threads\nthroughput: 104 pages/s (98 to 110)"
    assert bars["data"][1] == {"value": "-"}
    assert whiskers["data"] == [{"value": [98.0, 110.0, 0], "color": "@text"}]
    assert labels["data"] == [{"value": [110.0, 0], "name": "104"}]


def test_a_reference_is_a_line_and_on_the_axis() -> None:
    shape = Bars(("threads",), (Bar(2.0),), Axis("speed-up", "×", "log"), (0.5, "sequential"))
    made = option(shape)
    assert made["series"][0]["markLine"]["data"] == [{"xAxis": 0.5}]
    assert made["xAxis"]["min"] <= 0.5
    assert made["xAxis"]["max"] >= 2


def test_what_is_predicted_is_a_mark_across_a_bar_with_a_place_in_the_key() -> None:
    bars = (Bar(90.0, 85.0, 95.0, "plain", mark=120.0), None, Bar(80.0))
    shape = Bars(("asyncio", "mine", "threads"), bars, PAGES, marks="predicted")
    *_, marks = option(shape)["series"]
    assert (marks["type"], marks["symbol"]) == ("scatter", "rect")
    assert marks["data"] == [{"value": [120.0, 0], "tip": "asyncio\npredicted: 120 pages/s"}]
    assert max(shape.along) == 120
    assert [entry.name for entry in legend([shape], PALETTE)] == ["predicted"]
    assert len(option(Bars(("asyncio",), bars[:1], PAGES))["series"]) == 3


def test_what_is_predicted_is_a_dotted_line_beside_the_one_of_its_strategy() -> None:
    spots = (Spot(1.0, 10.0), Spot(8.0, 60.0))
    lines = (
        Line("threads", "strategy:threads", spots),
        Line("threads", "strategy:threads", spots, stands_for="predicted"),
    )
    shape = Lines(Axis("jobs in flight", ""), PAGES, lines)
    whole, dotted = option(shape)["series"]
    assert dotted["lineStyle"]["type"] == "dotted"
    assert dotted["color"] == whole["color"]
    assert dotted["data"][1]["tip"].startswith("threads, predicted\n")
    assert [entry.name for entry in legend([shape], PALETTE)] == ["threads", "predicted"]


def test_a_stack_is_a_series_for_each_layer_and_only_stall_is_hatched() -> None:
    shape = Stack(
        ("threads", "asyncio"),
        (Layer("computing", "cpu", (60.0, 40.0)), Layer("stalled", "stall", (40.0, 60.0))),
        Axis("share", "%"),
    )
    computing, stalled = option(shape)["series"]
    assert [each["value"] for each in computing["data"]] == [60.0, 40.0]
    assert computing["stack"] == stalled["stack"]
    assert computing["itemStyle"]["color"] == "@cpu"
    assert "decal" not in computing["itemStyle"]
    assert "decal" in stalled["itemStyle"]
    assert option(shape)["xAxis"]["max"] == 100
    over = Stack(
        ("threads",), (Layer("computing", "cpu", (60.0,)), Layer("idle", "idle", (40.4,))), shape.axis
    )
    assert option(over)["xAxis"]["max"] == 100


def test_lines_have_marks_of_their_own_and_ticks_at_their_points() -> None:
    shape = Lines(
        Axis("in flight", "", "log"),
        PAGES,
        tuple(
            Line(name, f"strategy:{name}", (Spot(1, 10, 9, 11), Spot(4, 30), Spot(16, 50)))
            for name in ("threads", "asyncio")
        ),
    )
    made = option(shape)
    threads, reach, asyncio, _ = made["series"]
    assert [each["value"] for each in threads["data"]] == [[1, 10], [4, 30], [16, 50]]
    assert threads["symbol"] != asyncio["symbol"]
    assert reach["data"] == [{"value": [9, 11, 1], "color": "@strategy:1"}]
    assert made["xAxis"]["axisLabel"]["customValues"] == [1, 4, 16]


def test_on_a_tail_axis_each_nine_is_as_wide_as_the_one_before() -> None:
    shape = Lines(
        Axis("share of jobs", "", "tail"),
        Axis("response time", "ms"),
        (
            Line(
                "threads", "strategy:threads", (Spot(0.5, 10), Spot(0.9, 20), Spot(0.99, 30), Spot(0.999, 40))
            ),
        ),
    )
    made = option(shape)
    assert [each["value"][0] for each in made["series"][0]["data"]] == pytest.approx(
        [0.301, 1, 2, 3], abs=0.001
    )
    assert made["xAxis"]["axisLabel"]["customValues"] == pytest.approx([0.301, 1, 2, 3], abs=0.001)
    assert made["xAxis"]["max"] == 3
    assert "share of jobs: 99.9 %" in made["series"][0]["data"][3]["tip"]


def test_a_grid_has_its_squares_and_the_line_on_axes_of_numbers() -> None:
    square = Square("P", "1.62×", "strategy:processes", 0.4, "processes win by 62 %")
    shape = Grid(
        Axis("parse CPU", "ms"),
        Axis("latency", ""),
        ("1.03", "5.1"),
        ("5ms",),
        ((None, square),),
        (("P", "processes", "strategy:processes"),),
        (Line("turns", "plain", (Spot(0.5, 0.0),)),),
    )
    made = option(shape)
    squares, outline, line = made["series"]
    assert [each["value"] for each in squares["data"]] == [[1, 0]]
    assert squares["data"][0]["tip"] == "5.1, 5ms\nprocesses win by 62 %"
    assert squares["data"][0]["strength"] == 0.4
    assert line["data"] == outline["data"] == [[0.5, 0.0]]
    assert line["xAxisIndex"] == 1
    assert (made["xAxis"][1]["min"], made["xAxis"][1]["max"]) == (-0.5, 1.5)


def test_a_parse_is_filled_to_its_share_of_cpu() -> None:
    lane = TimelineLane("thread 1", (0, 2_000), (2_000, 2_500), (2_500, 12_500, 2_500))
    spans = option(Lanes(20_000, (lane,), 0))["series"][0]["data"]
    assert spans == [[0, 0.0, 2.0, 0, 1.0], [0, 2.0, 2.5, 1, 1.0], [0, 2.5, 12.5, 2, 0.25]]


def test_where_it_was_seen_who_ran_a_parse_is_filled_by_turns_alone() -> None:
    lane = TimelineLane("thread 1", (), (), (0, 10_000, 5_000), (1_000, 6_000))
    spans = option(Lanes(20_000, (lane,), 0))["series"][0]["data"]
    assert spans == [[0, 0.0, 10.0, 2, 0.0], [0, 1.0, 6.0, 3, 1.0]]
