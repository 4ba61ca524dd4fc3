from simulator.analysis.summary import summarise
from simulator.report.view.figure import Bar, Bars
from simulator.report.view.figures.throughput import CHART
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import document, matrix, planned, repetition, run
from tests.simulator.analysis.predictions import with_predictions
from tests.simulator.analysis.test_open_findings import GROWING, STEADY, opened
from tests.simulator.report.view.figures.runs import RATES, flights, only

MANY = [99.0, 101.0, 100.0]


def summary(made: ResultDocument) -> str:
    return only(CHART.build(made)).summary


def test_every_bar_is_the_documents_number_with_its_interval_and_in_its_strategys_colour() -> None:
    made = document(RATES)
    panel = only(CHART.build(made))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.names == ("sequential", "threads", "asyncio")
    rates = [cell.throughput_per_s for cell in made.cells if cell.throughput_per_s is not None]
    tones = ("strategy:sequential", "strategy:threads", "strategy:asyncio")
    assert panel.shape.bars == tuple(
        Bar(rate.median, rate.low, rate.high, tone) for rate, tone in zip(rates, tones, strict=True)
    )
    assert panel.shape.axis.unit == "pages/s"
    assert [row[:3] for row in panel.table.rows] == [
        ("sequential", "1", "20.5"),
        ("threads", "8", "102"),
        ("asyncio", "8", "51"),
    ]


def test_the_summary_names_the_winner_its_number_and_its_lead_over_the_next() -> None:
    assert summary(document(RATES)) == "threads are fastest with 102 pages/s (97.1 to 107), 2.00 × asyncio."
    three = summary(document({**RATES, "processes": [30.0, 30.5, 31.0]}))
    assert three.endswith("2.00 × (1.96 to 2.04) asyncio, the next.")


def test_a_tie_is_no_victory() -> None:
    tied = {**RATES, "asyncio": [104.0, 100.0, 102.0]}
    assert summary(document(tied)).endswith("; of asyncio the rounds cannot tell.")
    slower = summary(document({**tied, "processes": [30.0, 30.5, 31.0]}))
    assert slower.endswith("; processes are slower.")
    single = summary(document({**tied, "uv": [30.0, 30.5, 31.0]}))
    assert single.endswith("; uv is slower.")


def test_fewer_than_three_rounds_prove_nothing() -> None:
    text = summary(document({name: each[:2] for name, each in RATES.items()}))
    assert text.startswith(
        "threads did most, 102 pages/s (range 100 to 104), which fewer than 3 rounds cannot"
    )


def test_one_strategy_alone_is_compared_with_nothing_and_sequential_may_be_faster() -> None:
    assert summary(document({"sequential": [20.0] * 3, "uv": [30.0, 31.0, 32.0]})).startswith(
        "uv does 31 pages/s"
    )
    slower = summary(document({"sequential": [20.0] * 3, "threads": [10.0, 10.1, 10.2]}))
    assert slower.endswith("; sequential is faster.")


def test_a_marked_strategy_has_a_star_and_is_told_beside_the_others() -> None:
    made = document({**RATES, "processes_per_core": MANY}, marked=["processes_per_core"])
    panel = only(CHART.build(made))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.names[-1] == "processes_per_core*"
    assert panel.summary.endswith("; processes_per_core*, with 2 in flight, 100 pages/s.")
    assert any(note.startswith("processes_per_core*: 2 in flight") for note in panel.table.notes)


def test_what_failed_is_left_out_and_named_below() -> None:
    done = [
        *[repetition("sequential", i, 20.0) for i in range(3)],
        *[repetition("threads", i, 40.0 + i) for i in range(3)],
        repetition("processes", 0, None, status="failed", reason="it broke"),
    ]
    made = summarise(run([planned(name) for name in ("sequential", "threads", "processes")], done))
    panel = only(CHART.build(made))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.names == ("sequential", "threads")
    assert "processes: failed: it broke" in panel.table.notes


def test_without_a_valid_number_there_is_no_figure_and_with_the_baselines_alone_it_says_so() -> None:
    broken = [repetition("threads", 0, None, status="failed", reason="it broke")]
    assert CHART.build(summarise(run([planned("threads")], broken))) is None
    made = flights({2: {"threads": MANY}, 8: {"threads": MANY}}, broken={(8, "threads"): "late"})
    figure = CHART.build(made)
    assert figure is not None
    assert figure.panels[1].summary == "Only sequential has a valid number: 10 pages/s (10 to 10)."


def test_a_panel_is_named_as_the_table_of_its_combination() -> None:
    each = {"threads": MANY}
    made = matrix({"0ms": {"1ms": each, "5ms": each}}, {"1ms": 0.001, "5ms": 0.005})
    figure = CHART.build(made)
    assert figure is not None
    assert [panel.name for panel in figure.panels] == [
        "job.parse_cost 1ms, 8 in flight",
        "job.parse_cost 5ms, 8 in flight",
    ]


def test_open_arrivals_rank_nobody_but_say_who_keeps_up_with_what_comes() -> None:
    made = opened(
        {"sequential": (GROWING, [900] * 3), "threads": (STEADY, [50] * 3), "uv": (STEADY, [50] * 3)}
    )
    panel = only(CHART.build(made))
    assert isinstance(panel.shape, Bars)
    assert panel.shape.reference == (50.0, "jobs that come")
    assert panel.summary == (
        "50 jobs come per second: threads and uv keep up; sequential (50 pages/s) does not keep up."
    )


def test_what_is_predicted_is_a_mark_and_a_column_where_it_is_known() -> None:
    measured = document({"sequential": [10.0] * 3, "threads": [40.0] * 3, "asyncio": [35.0] * 3})
    panel = only(CHART.build(with_predictions(measured, {"threads": 44.0})))
    assert isinstance(panel.shape, Bars)
    assert [None if bar is None else bar.mark for bar in panel.shape.bars] == [None, 44.0, None]
    assert panel.shape.marks == "predicted, from one job alone"
    assert panel.table.columns[-1].name == "predicted"
    assert [row[-1] for row in panel.table.rows] == ["–", "44", "–"]
