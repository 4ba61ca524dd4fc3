"""How a search's answer is worded."""

from typing import Any

import pytest

from simulator.report.view.parts import Fragment, Table, Verdict
from simulator.report.view.tuning import build_tuning
from simulator.result.document import ResultDocument
from simulator.stats.percentiles import Percentiles
from tests.simulator.analysis.searches import Rates, rounds, searched


def said(document: ResultDocument) -> str:
    verdict = build_tuning(document)[0]
    assert isinstance(verdict, Verdict)
    return " ".join((verdict.title, *verdict.sentences))


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (
            {"threads": rounds(100, 101, 99), "asyncio": rounds(80, 81, 79)},
            "That is sure: it is 1.25 × (1.23 to 1.27) as good as the runner-up, asyncio with 8 in flight",
        ),
        (
            {"threads": rounds(100, 120, 80), "asyncio": rounds(99, 90, 95)},
            "The rounds cannot tell it from the runner-up, asyncio with 8 in flight",
        ),
        (
            {"threads": rounds(100, 110), "asyncio": rounds(80, 80)},
            "1.31 × (range 1.25 to 1.38), in too few rounds to tell whether that is luck.",
        ),
        (
            {"threads": rounds(100, 101, 99), "asyncio": rounds(80, 81, 79, first=3)},
            "asyncio with 8 in flight (80 pages/s); the two did not run side by side.",
        ),
    ],
)
def test_the_lead_is_told_as_surely_as_the_numbers_allow(rates: Rates, words: str) -> None:
    text = said(searched(rates))
    assert "Take threads with 8 in flight: " in text
    assert words in text
    certain = "That is sure" in text
    assert certain == words.startswith("That is sure")


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ("throughput", "Take threads with 8 in flight: 100 pages/s."),
        ("memory", "it holds 50 MB, at 100 pages/s"),
        ("cpu", "a page takes 2 ms of CPU, at 100 pages/s"),
        ("p99", "of its response times are below"),
    ],
)
def test_the_answer_gives_what_was_looked_for(goal: str, words: str) -> None:
    measures: dict[str, Any] = {
        "memory_bytes": 50_000_000,
        "cpu_per_page_s": 0.002,
        "response_time_s": Percentiles(0.06, 0.07, None, 0.2, None, 0.3),
    }
    document = searched({"threads": rounds(100, 100, 100)}, goal=goal, threads=measures)
    assert said(document).startswith(f"shop: the best for {goal} ")
    assert words in said(document)


def test_what_it_took_is_told_beside_what_all_rounds_would_take() -> None:
    document = searched({"threads": rounds(100, 101, 99), "asyncio": rounds(80, 81, 79)}, grid=4)
    assert "It took 6 repetitions of 2 of 4 candidates; 5 rounds of all would be 20 (30 %)." in said(document)


def test_every_cell_that_was_tried_has_a_row_the_best_first_and_the_choice_can_be_pasted() -> None:
    parts = build_tuning(searched({"asyncio": rounds(80, 81, 79), "threads": rounds(100, 101, 99)}))
    (table,) = (part for part in parts if isinstance(part, Table))
    assert [row[0] for row in table.rows] == ["threads", "asyncio"]
    assert [row[3] for row in table.rows] == ["1", "0.80"]
    assert all(len(row) == len(table.columns) for row in table.rows)
    (pasted,) = (part for part in parts if isinstance(part, Fragment))
    assert pasted.text == "strategies: [threads]\nin_flight: 8"


def test_nothing_valid_says_so() -> None:
    parts = build_tuning(searched({"threads": {}}))
    assert "Nothing valid was measured" in said(searched({"threads": {}}))
    assert not [part for part in parts if isinstance(part, Fragment | Table)]
