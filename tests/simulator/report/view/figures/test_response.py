from dataclasses import replace

from simulator.report.view.figure import Lines
from simulator.report.view.figures.response import CHART
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.predictions import band, with_predictions
from tests.simulator.report.view.figures.runs import RATES, only

CURVES = {
    "sequential": ((0.0, 0.04), (0.5, 0.041), (0.9, 0.05)),
    "threads": ((0.0, 0.04), (0.5, 0.06), (0.9, 0.1), (0.99, 0.5)),
    "asyncio": ((0.0, 0.045), (0.5, 0.0805), (0.9, 0.09)),
}


def curved(
    curves: dict[str, tuple[tuple[float, float], ...]], ends: tuple[tuple[float, float, float], ...] = ()
) -> ResultDocument:
    made = document(RATES)
    return replace(
        made,
        cells=tuple(
            replace(cell, response_curve=curves[cell.id], response_ends=ends, response_time_s=None)
            for cell in made.cells
        ),
    )


def test_a_line_is_the_documents_curve_in_ms_towards_the_tail() -> None:
    panel = only(CHART.build(curved(CURVES)))
    assert isinstance(panel.shape, Lines)
    assert (panel.shape.x.scale, panel.shape.y.scale, panel.shape.y.unit) == ("tail", "log", "ms")
    threads = panel.shape.lines[1]
    assert [(spot.x, spot.y) for spot in threads.spots] == [
        (share, seconds * 1e3) for share, seconds in CURVES["threads"]
    ]
    assert [column.name for column in panel.table.columns] == ["strategy", "p0", "p50", "p90", "p99"]
    assert panel.table.rows[2] == ("asyncio", "45", "80.5", "90", "–")
    assert "–: fewer than 10 samples lie beyond" in panel.table.notes


def test_what_is_predicted_is_a_dotted_line_between_two_percentiles_and_in_the_table() -> None:
    panel = only(CHART.build(with_predictions(curved(CURVES), {"threads": 100.0})))
    assert isinstance(panel.shape, Lines)
    *_, dotted = panel.shape.lines
    assert (dotted.name, dotted.stands_for) == ("threads", "predicted, from one job alone")
    assert [(spot.x, round(spot.y)) for spot in dotted.spots] == [(0.5, 80), (0.95, 120)]
    assert [column.name for column in panel.table.columns][-2:] == ["p50 predicted", "p95 predicted"]
    assert [row[-2:] for row in panel.table.rows] == [("–", "–"), ("80", "120"), ("–", "–")]


def test_a_dotted_line_goes_as_far_as_is_predicted() -> None:
    made = with_predictions(curved(CURVES), {"threads": 100.0})
    cells = [
        replace(cell, predicted=cell.predicted and replace(cell.predicted, response_p99_s=band(0.2)))
        for cell in made.cells
    ]
    panel = only(CHART.build(replace(made, cells=tuple(cells))))
    assert isinstance(panel.shape, Lines)
    assert [(spot.x, round(spot.y)) for spot in panel.shape.lines[-1].spots] == [
        (0.5, 80),
        (0.95, 120),
        (0.99, 200),
    ]


def test_a_percentile_has_its_interval_as_a_whisker_and_in_the_table() -> None:
    panel = only(CHART.build(curved(CURVES, ends=((0.9, 0.08, 0.13),))))
    assert isinstance(panel.shape, Lines)
    assert [(spot.low, spot.high) for spot in panel.shape.lines[1].spots][1:3] == [
        (None, None),
        (80.0, 130.0),
    ]
    assert panel.table.rows[1][2:4] == ("60", "100\n80–130")


def test_a_narrow_range_is_drawn_on_a_linear_scale() -> None:
    panel = only(CHART.build(curved({**CURVES, "threads": CURVES["threads"][:3]})))
    assert isinstance(panel.shape, Lines)
    assert panel.shape.y.scale == "linear"


def test_the_summary_compares_at_the_median_and_at_the_highest_share_that_all_carry() -> None:
    assert only(CHART.build(curved(CURVES))).summary == (
        "Half of the jobs are ready within 60 ms (threads) to 80.5 ms (asyncio); 90 % within 90 ms (asyncio) to"
        " 100 ms (threads)."
    )


def test_a_difference_that_may_be_luck_is_none() -> None:
    text = only(CHART.build(curved({**CURVES, "asyncio": CURVES["threads"]}))).summary
    assert text.startswith(
        "Half of the jobs are ready within about 60 ms with threads and asyncio alike; 99 % "
    )


def test_an_older_document_has_the_few_percentiles_that_it_knows() -> None:
    made = document(RATES)
    older = replace(made, cells=tuple(replace(cell, response_curve=()) for cell in made.cells))
    panel = only(CHART.build(older))
    assert isinstance(panel.shape, Lines)
    assert [spot.x for spot in panel.shape.lines[0].spots] == [0.5, 0.9, 0.95]


def test_without_samples_there_is_no_figure_and_who_has_too_few_is_named() -> None:
    made = curved(CURVES)
    few = replace(made, cells=tuple(replace(cell, response_curve=()) for cell in made.cells))
    assert CHART.build(few) is None
    assert only(CHART.build(curved({**CURVES, "asyncio": ()}))).table.notes[0] == (
        "asyncio: too few samples for any percentile"
    )


def test_where_nothing_is_carried_by_all_it_says_so() -> None:
    assert "no percentile" in only(CHART.build(curved({**CURVES, "asyncio": ((0.0, 0.04),)}))).summary
