"""What a plan says."""

from simulator.report.view.parts import Table, Verdict
from simulator.report.view.plan import Plan, PlannedRow, build_plan


def row(strategy: str, pages: int | None = 100, **levels: object) -> PlannedRow:
    return PlannedRow(levels, strategy, 8, pages, 1.26, 10.0)


def sentences(plan: Plan) -> str:
    verdict = build_plan(plan)[0]
    assert isinstance(verdict, Verdict)
    return " ".join(verdict.sentences)


def test_repetitions_and_time_are_of_all_cells_and_rounds() -> None:
    text = sentences(Plan("shop", 3, None, None, (row("threads"), row("asyncio")), ()))
    assert "2 cells × 3 rounds = 6 repetitions, about 1 min 00 s" in text
    assert "budget" not in text
    assert "±" not in text
    assert "2 cells × 1 round = 2" in sentences(
        Plan("shop", 1, None, None, (row("threads"), row("asyncio")), ())
    )


def test_precision_and_budget_say_what_ends_it() -> None:
    text = sentences(Plan("shop", 3, 0.03, 120.0, (row("threads"),), ("x will be left out: y",)))
    assert "Those are the least: it goes on until the ratios are known to ±3 %, or the budget ends." in text
    assert "The budget is 2 min 00 s" in text
    assert text.endswith("x will be left out: y")
    assert "known to ±3 %." in sentences(Plan("shop", 3, 0.03, None, (row("threads"),), ()))


def test_every_combination_of_levels_has_a_table() -> None:
    rows = (row("threads", case="idle"), row("asyncio", case="idle"), row("threads", None, case="busy", x=2))
    tables = [part for part in build_plan(Plan("shop", 1, None, None, rows, ())) if isinstance(part, Table)]
    assert [(table.title, len(table.rows)) for table in tables] == [("idle", 2), ("busy, x 2", 1)]
    assert tables[0].rows[0] == ("threads", "8", "100", "1.26", "10")
    assert tables[1].rows[0][2] == "–", "its duration is fixed"
