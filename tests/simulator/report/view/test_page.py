"""A document as a page: what comes first, what is told, what is folded."""

from dataclasses import replace

from simulator.analysis.summary import summarise as summary
from simulator.report.view.document import Folded, Page, PagePart
from simulator.report.view.figure import Figure
from simulator.report.view.page import build_page
from simulator.report.view.parts import Checks, Facts, Fragment, Remarks, Table, Verdict
from simulator.result.document import Expectation
from tests.simulator.analysis.builders import document, matrix, planned, repetition, run

STEADY = (1.0, 0.99, 1.01)
COSTS = {"1ms": 0.00103, "5ms": 0.0051}


def rates(*values: float) -> dict[str, list[float]]:
    return {
        name: [value * each for each in STEADY]
        for name, value in zip(("threads", "asyncio", "processes"), values, strict=False)
    }


def ids(page: Page) -> list[str]:
    return [section.id for section in page.sections]


def parts(page: Page, id_: str) -> tuple[PagePart, ...]:
    return next(section.parts for section in page.sections if section.id == id_)


def test_the_answer_comes_first_and_then_what_was_expected() -> None:
    expected = Expectation("speedup(threads) > 2", "It overlaps", "held", "it is 10", {})
    page = build_page(replace(document(rates(100, 150)), expectations=(expected,)))
    verdict, checks = page.opening
    assert isinstance(verdict, Verdict)
    assert "asyncio" in verdict.sentences[0]
    assert isinstance(checks, Checks)
    assert [section for section in ids(page) if section != "figures"] == [
        "validity",
        "environment",
        "scenario",
        "tables",
    ]


def test_a_matrix_has_its_overview_before_the_pictures_and_a_fold_for_each_combination() -> None:
    found = {level: {cost: rates(100, 130, 60) for cost in COSTS} for level in ("5ms", "20ms")}
    page = build_page(matrix(found, COSTS))
    assert ids(page)[0] == "overview"
    assert any(isinstance(part, Table) and part.title == "Who is fastest" for part in parts(page, "overview"))
    folds = parts(page, "tables")
    assert len(folds) == 4
    assert all(isinstance(fold, Folded) for fold in folds)


def test_a_run_that_was_ended_early_says_so() -> None:
    whole = document(rates(100, 150))
    assert build_page(whole).caution == ""
    assert "ended early, after 3 whole rounds" in build_page(replace(whole, partial=True)).caution


def test_a_run_without_a_valid_cell_says_why() -> None:
    cells = [planned("sequential"), planned("threads")]
    broken = [repetition(c.id, 0, 10.0, status="invalid", reason="the server was saturated") for c in cells]
    page = build_page(summary(run(cells, broken, rounds=1)))
    verdict = page.opening[0]
    assert isinstance(verdict, Verdict)
    assert verdict.sentences == ("Nothing valid was measured; the reasons stand below.",)
    told = parts(page, "validity")[0]
    assert isinstance(told, Remarks)
    assert "the server was saturated" in told.cautions[0]


def test_repetitions_that_do_not_count_are_told_for_each_strategy() -> None:
    cells = [planned("sequential"), planned("threads")]
    done = [repetition(cell.id, round_, 10.0) for cell in cells for round_ in range(2)]
    done.append(repetition("threads", 2, 10.0, status="discarded", reason="disturbed"))
    done.append(repetition("threads", 3, 10.0, status="invalid", reason="too short"))
    table = parts(build_page(summary(run(cells, done, rounds=2))), "validity")[1]
    assert isinstance(table, Table)
    assert table.rows[1] == ("threads", "1", "2", "1", "1", "0", "0")


def test_where_and_what_it_was_are_there_and_how_to_run_it_again_where_that_is_known() -> None:
    made = document(rates(100))
    page = build_page(made)
    machine = parts(page, "environment")[0]
    assert isinstance(machine, Facts)
    assert ("run", "r1") in machine.items
    assert [part.title for part in parts(page, "scenario") if isinstance(part, Fragment)] == ["As YAML"]
    known = replace(made, environment={**made.environment, "command": "simulator run shop.yaml"})
    again = parts(build_page(known), "scenario")[1]
    assert again == Fragment("To run it again", "simulator run shop.yaml")


def test_the_scenario_stands_there_as_it_is_written() -> None:
    made = document(rates(100))
    text = parts(
        build_page(replace(made, scenario={"name": "shop", "vary": {"in_flight": [1, 2]}})), "scenario"
    )[0]
    assert text == Fragment("As YAML", "name: shop\nvary:\n  in_flight:\n  - 1\n  - 2\n")


def test_a_search_opens_with_its_choice_and_shows_what_was_tried() -> None:
    tune = {"goal": "throughput", "grid": 4, "rounds": 3}
    made = replace(document(rates(100, 150)), scenario={"name": "shop", "tune": tune})
    page = build_page(made)
    verdict = page.opening[0]
    assert isinstance(verdict, Verdict)
    assert verdict.sentences[0].startswith("Take asyncio")
    assert [getattr(part, "title", "") for part in parts(page, "overview")] == [
        "what was tried",
        "to paste into a scenario",
    ]
    text = parts(page, "scenario")[0]
    assert text == Fragment("As YAML", "name: shop\n")


def test_no_figure_has_the_id_of_a_section() -> None:
    page = build_page(document(rates(100, 150)))
    figures = [part.id for section in page.sections for part in section.parts if isinstance(part, Figure)]
    assert not set(figures) & set(ids(page))
