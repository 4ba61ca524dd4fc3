"""A factor other than the strategy is contrasted: its levels are compared as strategies are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from simulator.analysis.combinations import along, combinations
from simulator.analysis.only import asked, only
from simulator.analysis.summary import summarise
from simulator.measures.factors import IN_FLIGHT
from simulator.report.sentences.registry import sentence
from simulator.report.view.build import build
from simulator.report.view.figures.throughput import CHART
from simulator.report.view.parts import Table
from simulator.report.view.verdicts import verdicts
from simulator.result.document import ResultDocument, from_json, to_json
from tests.simulator.analysis.builders import planned, repetition, run

Rates = Mapping[str, Mapping[object, Sequence[float]]]
PARSERS: Rates = {
    "sequential": {"lxml": [20, 21, 20], "selectolax": [20, 21, 20], "html.parser": [10, 10.5, 10]},
    "threads": {"lxml": [80, 84, 80], "selectolax": [80.5, 84.5, 80.5], "html.parser": [30, 31.5, 30]},
}


def contrasted(factor: str, rates: Rates) -> ResultDocument:
    cells, done = [], []
    for strategy, by_level in rates.items():
        for level, each in by_level.items():
            cell = planned(strategy, levels={factor: str(level)})
            cells.append(cell)
            done += [repetition(cell.id, round_, rate) for round_, rate in enumerate(each)]
    return summarise(run(cells, done, scenario={"contrast": factor}))


def test_the_levels_of_each_strategy_are_compared_and_named_by_what_they_are() -> None:
    document = contrasted("job.parser", PARSERS)
    assert [(found.contrast, found.levels["strategy"]) for found in document.combinations] == [
        ("job.parser", "sequential"),
        ("job.parser", "threads"),
    ]
    threads = document.combinations[1]
    assert threads.cells == ("threads-lxml", "threads-selectolax", "threads-html.parser")
    # The one listed first of those that are as fast, though another is a little ahead.
    assert (threads.best, threads.recommended) == ("threads-selectolax", "threads-lxml")
    told = [sentence(finding) for finding in document.findings]
    assert told[1].startswith("Take lxml: selectolax is no faster; html.parser is slower. ")
    assert from_json(to_json(document)) == document


def test_speed_ups_stay_those_over_one_job_after_the_other_with_the_same_level() -> None:
    speedups = {cell.id: cell.speedup for cell in contrasted("job.parser", PARSERS).cells}
    assert (found := speedups["threads-html.parser"]) is not None
    assert abs(found.median - 3) < 1e-9
    assert speedups["sequential-lxml"] is None


def test_tables_charts_and_verdicts_show_levels() -> None:
    document = contrasted("job.parser", PARSERS)
    table = next(part for part in build(document) if isinstance(part, Table) and "threads" in part.title)
    assert table.title == "threads, 8 in flight, 3 rounds"
    assert table.columns[0].name == "job.parser"
    assert [row[:2] for row in table.rows] == [
        ("lxml", "take"),
        ("selectolax", "best"),
        ("html.parser", "slower"),
    ]
    assert verdicts(document)["sequential-html.parser"] == "slower"
    figure = CHART.build(document)
    assert figure is not None
    assert figure.question == "How many pages a second does each job.parser get done?"
    assert [panel.name for panel in figure.panels] == ["sequential, 1 in flight", "threads, 8 in flight"]
    assert [row[0] for row in figure.panels[1].table.rows] == ["lxml", "selectolax", "html.parser"]


def test_what_does_not_speak_for_itself_is_called_by_its_factor_too() -> None:
    cells = [
        replace(planned("threads"), id=f"threads-{n}", factors={"strategy": "threads", "in_flight": n})
        for n in (8, 16)
    ]
    cells.append(planned("sequential"))
    done = [
        repetition(cell.id, round_, rate)
        for cell, each in zip(cells, ([40, 41, 40], [80, 81, 80], [10, 10, 10]), strict=True)
        for round_, rate in enumerate(each)
    ]
    document = summarise(run(cells, done, scenario={"contrast": IN_FLIGHT}))
    assert [group.label for group in combinations(document)] == ["threads", "sequential"]
    assert [cell.name for cell in combinations(document)[0].cells] == ["in_flight 8", "in_flight 16"]
    assert along(document, IN_FLIGHT) == ()
    assert sentence(document.findings[0]).startswith("Take in_flight 16: it does")


def test_a_part_of_such_a_run_keeps_what_was_concluded_of_it() -> None:
    part = only(contrasted("job.parser", PARSERS), asked("strategy=sequential"))
    (combination,) = part.combinations
    assert combination.recommended == "sequential-lxml"
    assert [sentence(finding)[:10] for finding in part.findings] == ["Take lxml:"]
