from dataclasses import replace

from simulator.analysis.crossover import crossovers
from simulator.analysis.findings import findings
from simulator.analysis.matrix import matrix
from simulator.report.sentences.registry import sentence
from simulator.report.view.build import COLUMNS, build
from simulator.report.view.parts import Table, Verdict
from simulator.text.numbers import NONE
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.predictions import with_predictions
from tests.simulator.analysis.test_open_findings import GROWING, STEADY, UNSURE, opened
from tests.simulator.report.view.test_matrix import usual


def tables(made: object) -> list[Table]:
    return [part for part in build(made) if isinstance(part, Table)]  # type: ignore[arg-type]


def test_open_arrivals_have_a_second_table_and_no_speedup() -> None:
    made = opened(
        {
            "sequential": (GROWING, [900] * 3),
            "threads": (STEADY, [50] * 3),
            "asyncio": (replace(UNSURE, offered_per_s=None, dispatcher_late_tail_s=0.0004), [50] * 3),
        }
    )
    main, arrivals, _ = tables(made)
    speedup = [column.name for column in COLUMNS].index("over")
    assert {row[speedup] for row in main.rows} == {NONE}
    assert main.title.endswith(", 3 rounds")
    assert arrivals.title == main.title.replace(", 3 rounds", ": jobs come by themselves, 3 rounds")
    assert arrivals.rows == (
        ("sequential", "50", "50", "2", "37", NONE, "no"),
        ("threads", "50", "50", "2", "4", NONE, "yes"),
        ("asyncio", NONE, "50", "2", "24", "0.4", "not told"),
    )
    assert all(len(row) == len(arrivals.columns) for row in arrivals.rows)


def test_percentiles_of_open_arrivals_have_their_intervals() -> None:
    made = opened({"sequential": (GROWING, [900] * 3), "threads": (STEADY, [50] * 3)})
    ends = ((0.5, 0.04, 0.06), (0.9, 0.1, 0.25))
    known = replace(made, cells=tuple(replace(cell, response_ends=ends) for cell in made.cells))
    *_, response = tables(known)
    assert response.title.endswith(": response times, 3 rounds")
    assert [column.name for column in response.columns] == ["strategy", "p50", "95 %", "p90", "95 %"]
    assert [row[2::2] for row in response.rows] == [("40–60", "100–250")] * 2


def test_the_highest_percentile_stands_over_the_one_that_is_predicted() -> None:
    made = opened({"sequential": (GROWING, [900] * 3), "threads": (STEADY, [50] * 3)})
    made = with_predictions(made, {"threads": 100.0})
    ends = ((0.5, 0.04, 0.06),)
    known = replace(made, cells=tuple(replace(cell, response_ends=ends) for cell in made.cells))
    *_, response = tables(known)
    assert [column.name for column in response.columns][-1] == "of predicted"
    assert [row[-1] for row in response.rows] == [NONE, "0.62"], "50 ms over 8 / 100 s"


def test_closed_arrivals_have_none() -> None:
    assert len(tables(document({"sequential": [20.0] * 3, "threads": [50.0] * 3}))) == 1


def test_who_keeps_up_is_part_of_the_answer() -> None:
    made = opened({"sequential": (GROWING, [900] * 3), "threads": (STEADY, [50] * 3)})
    found = findings(made)
    verdict = build(replace(made, findings=found))[0]
    assert isinstance(verdict, Verdict)
    assert verdict.sentences[0] == next(sentence(one) for one in found if one.kind == "keeps_up")


def test_open_arrivals_have_neither_matrix_nor_crossover_which_rank_by_throughput() -> None:
    closed = usual()
    assert matrix(closed) is not None
    assert crossovers(closed) != ()
    opened_too = replace(closed, cells=tuple(replace(cell, arrivals=STEADY) for cell in closed.cells))
    assert matrix(opened_too) is None
    assert crossovers(opened_too) == ()
