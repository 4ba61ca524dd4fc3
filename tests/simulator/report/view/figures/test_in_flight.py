from dataclasses import replace

from simulator.report.view.figure import Lines
from simulator.report.view.figures import figures
from simulator.report.view.figures.in_flight import build
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.predictions import with_predictions
from tests.simulator.report.view.figures.runs import RATES, flights, only

FEW = {"threads": [20.0, 20.5, 21.0], "asyncio": [20.0, 20.5, 21.0]}
MANY = {"threads": [50.0, 51.0, 52.0], "asyncio": [80.0, 81.0, 82.0]}


def test_lines_rise_over_the_jobs_in_flight_however_they_are_listed() -> None:
    made = flights({8: MANY, 2: FEW})
    panel = only(build(made))
    assert isinstance(panel.shape, Lines)
    assert panel.shape.x.scale == "log"
    assert [line.name for line in panel.shape.lines] == ["sequential", "threads", "asyncio"]
    assert [(spot.x, spot.y) for spot in panel.shape.lines[1].spots] == [(2.0, 20.5), (8.0, 51.0)]
    rate = next(cell.throughput_per_s for cell in made.cells if cell.id == "threads-8")
    assert rate is not None
    assert (panel.shape.lines[1].spots[1].low, panel.shape.lines[1].spots[1].high) == (rate.low, rate.high)
    assert [row[:3] for row in panel.table.rows][:2] == [
        ("sequential", "1", "10"),
        ("threads", "2", "20.5"),
    ]


def test_what_is_predicted_is_a_dotted_line_and_a_column() -> None:
    made = with_predictions(
        flights({8: MANY, 2: FEW}), {"threads-2": 22.0, "threads-8": 60.0, "asyncio-8": 90.0}
    )
    panel = only(build(made))
    assert isinstance(panel.shape, Lines)
    *_, dotted = panel.shape.lines
    assert (dotted.name, dotted.stands_for) == ("threads", "predicted, from one job alone")
    assert [(spot.x, spot.y) for spot in dotted.spots] == [(2.0, 22.0), (8.0, 60.0)]
    assert [line.name for line in panel.shape.lines] == ["sequential", "threads", "asyncio", "threads"]
    assert [row[-1] for row in panel.table.rows] == ["–", "22", "60", "–", "90"]


def test_the_summary_says_where_most_is_done() -> None:
    assert only(build(flights({2: FEW, 8: MANY}))).summary == (
        "asyncio does most with 8 in flight, 81 pages/s (78.5 to 83.5); with 2 it is 20.5."
    )


def test_what_is_not_told_apart_from_the_most_is_named() -> None:
    same = {"threads": [81.5, 80.0, 81.0], "asyncio": [80.0, 81.0, 82.0]}
    text = only(build(flights({2: FEW, 8: same, 16: {"asyncio": [82.0, 79.0, 80.5]}}))).summary
    assert "the rounds cannot tell from asyncio with 8 and asyncio with 16;" in text
    assert text.startswith("threads do most with 8 in flight")


def test_what_is_marked_is_left_out_and_what_is_invalid_named() -> None:
    other = {**MANY, "processes_per_core": [30.0] * 3}
    made = flights(
        {2: FEW, 8: other, 32: MANY}, marked=["processes_per_core"], broken={(32, "threads"): "late"}
    )
    figure = build(made)
    assert figure is not None
    panel = only(figure)
    assert isinstance(panel.shape, Lines)
    assert "processes_per_core" not in [line.name for line in panel.shape.lines]
    assert "Left out: processes_per_core, whose jobs in flight are given by their nature." in figure.notes
    assert panel.table.notes == ("threads with 32 in flight: invalid: late",)


def test_it_is_absent_where_the_jobs_in_flight_do_not_vary() -> None:
    assert build(document(RATES)) is None


def test_a_search_has_this_figure_alone_and_says_that_its_points_are_of_different_rounds() -> None:
    made = flights({2: FEW, 8: MANY})
    assert len(figures(made)) > 1
    searched = replace(made, scenario={**made.scenario, "tune": {"goal": "throughput"}})
    (figure,) = figures(searched)
    assert figure.id == "in-flight"
    assert any("different rounds" in note for note in figure.notes)
