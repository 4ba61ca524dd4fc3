"""A run that was spread over machines, in words."""

from dataclasses import replace

from simulator.analysis.summary import summarise
from simulator.experiment.discarding import moved
from simulator.report.view.build import build
from simulator.report.view.machines import PlannedUnit, build_machines, spread_over
from simulator.report.view.parts import Facts, Table, Verdict
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import planned, repetition, run

SPIN_S = {"a": 0.010, "b": 0.011}


def spread(**where: str) -> ResultDocument:
    """Return a document of combinations, each measured on the machine that is named."""
    cells = [planned(s, levels={"case": case}) for case in where for s in ("sequential", "threads")]
    rows = [
        repetition(
            f"{strategy}-{case}",
            round_,
            rate + round_,
            environment={"machine": {"name": machine}},
            spin_s=SPIN_S[machine],
        )
        for case, machine in where.items()
        for strategy, rate in (("sequential", 20.0), ("threads", 50.0))
        for round_ in range(3)
    ]
    lost = repetition("threads-x", 7, 9.0, environment={"machine": {"name": "c"}})
    return summarise(run(cells, [*rows, replace(moved(lost, "c", "a"), cell_id=cells[1].id)]))


def test_the_report_says_where_combinations_were_measured() -> None:
    parts = build(spread(x="a", y="b"), all_tables=True)
    verdict = next(part for part in parts if isinstance(part, Verdict))
    assert verdict.sentences[-1] == (
        "Measured on a and b, each combination whole on one of them: strategies are compared on one machine. Where"
        " combinations are set beside one another, machines are too: b took 10 % longer than a for the same fixed"
        " computation."
    )
    notes = [part.notes for part in parts if isinstance(part, Table)]
    assert notes[0][-2:] == (
        "its combination was left by c, and measured anew on a",
        "measured on a",
    )
    assert notes[1][-1] == "measured on b"
    facts = next(part for part in parts if isinstance(part, Facts))
    assert ("measured on a", "2 cells of 1 combination; a fixed computation 10 ms") in facts.items


def test_of_one_machine_nothing_is_set_beside_another() -> None:
    assert spread_over(spread(x="a", y="a")) == ()


def test_a_plan_says_how_long_it_takes_on_all_and_on_one() -> None:
    units = [
        PlannedUnit("a", {"case": "x"}, 2, 60.0),
        PlannedUnit("b", {"case": "y"}, 2, 30.0),
        PlannedUnit("b", {}, 2, 20.0),
    ]
    verdict, *tables = build_machines("shop", 3, ["a", "b"], units, ["c: no such client"])
    assert isinstance(verdict, Verdict)
    assert verdict.sentences[0].startswith("6 cells × 3 rounds in 3 combinations on 2 machines, about 1 min")
    assert verdict.sentences[-1] == "c: no such client"
    assert [table.rows for table in tables if isinstance(table, Table)] == [
        (("x", "2", "60"),),
        (("y", "2", "30"), ("shop", "2", "20")),
    ]
