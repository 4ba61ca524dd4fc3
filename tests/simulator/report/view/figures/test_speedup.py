from dataclasses import replace

from simulator.report.view.figure import Bar, Bars
from simulator.report.view.figures.speedup import CHART
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.test_open_findings import STEADY, opened
from tests.simulator.report.view.figures.runs import RATES, only


def summary(made: ResultDocument) -> str:
    return only(CHART.build(made)).summary


def test_every_bar_is_the_documents_ratio_and_sequential_the_line_to_compare_with() -> None:
    made = document(RATES)
    panel = only(CHART.build(made))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.names == ("threads", "asyncio")
    assert panel.shape.reference == (1.0, "sequential")
    ratios = [cell.speedup for cell in made.cells if cell.speedup is not None]
    assert [(bar.value, bar.low, bar.high) for bar in panel.shape.bars if isinstance(bar, Bar)] == [
        (ratio.median, ratio.low, ratio.high) for ratio in ratios
    ]
    assert [row[:2] for row in panel.table.rows] == [("threads", "4.98"), ("asyncio", "2.49")]


def test_the_summary_goes_from_the_most_to_the_least() -> None:
    text = summary(document(RATES))
    assert text.startswith(
        "threads do 4.98 × (4.93 to 5.02) what sequential does; asyncio does least, 2.49 × ("
    )
    assert "overlap" not in text


def test_it_says_whose_intervals_overlap_and_who_is_no_faster_than_sequential() -> None:
    close = summary(
        document({"sequential": [20.0] * 3, "threads": [21, 19, 20], "processes": [22, 19, 20.5]})
    )
    assert close.endswith(
        ", and the two intervals overlap; the rounds cannot tell threads and processes from sequential."
    )
    slower = summary(
        document({"sequential": [20.0] * 3, "threads": [10.0, 10.1, 10.2], "uv": [30.0, 31.0, 30.5]})
    )
    assert slower.endswith("; threads are slower than sequential.")
    one = summary(document({"sequential": [20.0] * 3, "uv": [21.0, 19.0, 20.0]}))
    assert one.endswith("; the rounds cannot tell uv from sequential.")


def test_a_range_proves_nothing() -> None:
    text = summary(document({name: each[:2] for name, each in RATES.items()}))
    assert text.endswith("; fewer than 3 rounds cannot tell that from luck.")


def test_without_a_ratio_there_is_no_figure() -> None:
    assert CHART.build(document({"sequential": [20.0] * 3})) is None
    assert CHART.build(opened({"sequential": (STEADY, [50] * 3), "threads": (STEADY, [50] * 3)})) is None


def test_a_strategy_without_a_shared_round_is_named_below() -> None:
    made = document({"sequential": [20.0], "threads": [50.0, 51.0], "uv": [50.0]})
    cells = made.cells
    assert cells[1].speedup is not None
    lacking = replace(made, cells=(*cells[:2], replace(cells[2], speedup=None)))
    assert only(CHART.build(lacking)).table.notes == ("uv: no round in which sequential is valid too",)
