from dataclasses import replace

from simulator.report.view.figure import Lines
from simulator.report.view.figures.load import CHART
from simulator.result.document import ResultDocument
from tests.simulator.analysis.predictions import with_predictions
from tests.simulator.analysis.test_open_findings import GROWING, STEADY, opened
from tests.simulator.report.view.figures.runs import only


def loaded() -> ResultDocument:
    """Return a run at two rates: threads keep up with 25/s alone, asyncio also with 100/s."""
    slow, fast = (replace(STEADY, offered_per_s=rate) for rate in (25.0, 100.0))
    high = opened(
        {
            "sequential": (GROWING, [900] * 3),
            "threads": (replace(GROWING, offered_per_s=100.0), [800] * 3),
            "asyncio": (fast, [60] * 3),
        }
    )
    low = opened({"sequential": (slow, [45] * 3), "threads": (slow, [50] * 3), "asyncio": (slow, [55] * 3)})
    cells = [
        replace(
            cell,
            id=f"{cell.id}-{rate}",
            baseline_id=cell.baseline_id and f"{cell.baseline_id}-{rate}",
            factors={"arrivals.rate": rate, **cell.factors},
        )
        for rate, made in (("100/s", high), ("25/s", low))
        for cell in made.cells
    ]
    return replace(high, cells=tuple(cells))


def test_lines_are_median_response_times_over_what_came() -> None:
    panel = only(CHART.build(loaded()))
    assert isinstance(panel.shape, Lines)
    assert panel.shape.y.scale == "log"
    lines = {line.name: [(spot.x, spot.y) for spot in line.spots] for line in panel.shape.lines}
    assert lines["threads"] == [(25.0, 50.0), (100.0, 800.0)]
    assert lines["asyncio"] == [(25.0, 55.0), (100.0, 60.0)]
    assert ("threads", "100", "800", "2", "no") in panel.table.rows


def test_the_summary_says_what_the_highest_rate_makes_of_them() -> None:
    assert only(CHART.build(loaded())).summary == (
        "With 100 jobs per second half of them are ready within 60 ms (asyncio) to 800 ms (threads); threads do not"
        " keep up."
    )


def test_what_is_predicted_is_a_dotted_line_and_a_column() -> None:
    rates = {"threads-25/s": 160.0, "threads-100/s": 40.0}
    panel = only(CHART.build(with_predictions(loaded(), rates)))
    assert isinstance(panel.shape, Lines)
    *_, dotted = panel.shape.lines
    assert (dotted.name, dotted.stands_for) == ("threads", "predicted, from one job alone")
    assert [(spot.x, round(spot.y)) for spot in dotted.spots] == [(25.0, 50), (100.0, 200)]
    assert ("threads", "100", "800", "2", "no", "200") in panel.table.rows


def test_one_rate_makes_no_line_and_closed_arrivals_none() -> None:
    assert CHART.build(opened({"sequential": (STEADY, [45] * 3), "threads": (STEADY, [45] * 3)})) is None
    closed = replace(loaded(), cells=tuple(replace(cell, arrivals=None) for cell in loaded().cells))
    assert CHART.build(closed) is None
