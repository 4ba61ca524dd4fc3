"""Where a measurement surely lies outside its band."""

from dataclasses import replace

from simulator.analysis.beside_predicted import beside_predicted
from simulator.analysis.findings import findings
from simulator.report.sentences.registry import sentence
from simulator.result.document import ResultDocument
from simulator.result.findings.beside_model import Unexplained
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.predictions import with_predictions

RATES = {
    "sequential": [10.0, 10.1, 9.9],
    "threads": [40.0, 40.1, 39.9],
    "asyncio": [70.0, 70.1, 69.9],
    "processes": [80.0, 80.1, 79.9],
}


def unexplained(measured: ResultDocument, rates: dict[str, float]) -> list[Unexplained]:
    found = findings(beside_predicted(with_predictions(measured, rates)))
    return [each for each in found if isinstance(each, Unexplained)]


def test_the_worst_of_a_combination_is_told() -> None:
    (found,) = unexplained(document(RATES), {"threads": 48, "asyncio": 100, "processes": 81})
    assert (found.strategy, found.of_predicted) == ("asyncio", 0.7)
    assert sentence(found) == (
        "asyncio did 30 % less than any lock, core or wait explains: 70 pages/s (69.8 to 70.2), where 100 (90.9 to 110)"
        " are predicted."
    )


def test_more_than_is_explained_is_told_too() -> None:
    (found,) = unexplained(document(RATES), {"processes": 50})
    assert sentence(found).startswith(
        "processes did 60 % more than what a job needs alone explains: 80 pages/s"
    )


def test_what_lies_in_its_band_or_next_to_it_is_not_told() -> None:
    assert unexplained(document(RATES), {"threads": 41, "asyncio": 76, "processes": 74}) == []
    assert unexplained(document(RATES), {"asyncio": 78.5}) == []


def test_a_range_tells_nothing() -> None:
    few = document({name: rates[:2] for name, rates in RATES.items()})
    assert unexplained(few, {"asyncio": 100}) == []
    assert next(c for c in beside_predicted(with_predictions(few, {"asyncio": 100})).cells if c.of_predicted)


def test_without_predictions_nothing_is_said() -> None:
    assert unexplained(document(RATES), {}) == []


def test_what_other_programs_disturbed_is_no_riddle() -> None:
    measured = document(RATES)
    cells = (
        replace(cell, repetitions=tuple(replace(each, disturbed=True) for each in cell.repetitions))
        for cell in measured.cells
    )
    assert unexplained(replace(measured, cells=tuple(cells)), {"asyncio": 100}) == []
