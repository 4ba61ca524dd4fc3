"""From the repetitions of a search to its answer."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.bounding import bounded
from simulator.analysis.tuning import choose, fragment, limit
from simulator.result.document import CellResult, ResultDocument
from simulator.result.repetition import Phase
from simulator.scenario.document import parse
from tests.simulator.analysis.searches import rounds, searched

ALONE = rounds(10.0, 10.0, 10.0)
"""A page alone takes 100 ms: eight in flight are 80 pages/s at most."""


def cell_of(document: ResultDocument, strategy: str) -> CellResult:
    return next(cell for cell in document.cells if cell.id == strategy)


def limit_of(rate: float, cores_used: float | None, strategy: str = "threads") -> str:
    """Return what limits a strategy whose job takes so much of the cores, all of it for parsing."""
    cpu_s = None if cores_used is None else cores_used / rate
    each: dict[str, Any] = {
        strategy: {
            "cores_used": cores_used,
            "cpu_per_page_s": cpu_s,
            "fetch": Phase(None, None, None),
            "parse": Phase(None, cpu_s, None),
        }
    }
    document = searched({"sequential": ALONE, strategy: rounds(rate, rate, rate)}, **each)
    document = replace(document, scenario={**document.scenario, "strategies": [strategy]})
    document = bounded(document)
    return limit(cell_of(document, strategy), document)


@pytest.mark.parametrize(
    ("rate", "cores_used", "words"),
    [
        (
            75.0,
            0.5,
            "limited by the waiting: 8 in flight at 100 ms for a page alone are 80 pages/s at most",
        ),
        (75.0, 1.7, "limited by the waiting"),
        (40.0, 1.7, "limited by the cores: the job uses 1.7 and the mock server 0.1 of 2"),
        (40.0, 1.0, "uses 1 cores, so it is limited by what only one of its threads can do at a time"),
        (40.0, 0.5, "No single limit shows: it does 40 pages/s with 8 in flight on 0.5 cores."),
        (40.0, None, "No single limit shows: it does 40 pages/s with 8 in flight."),
    ],
)
def test_the_limit_is_the_bound_that_is_near(rate: float, cores_used: float | None, words: str) -> None:
    assert words in limit_of(rate, cores_used)


def test_a_loop_that_does_all_the_computing_is_named() -> None:
    assert limit_of(40.0, 1.0, "asyncio") == (
        "It is limited by its event loop: what a page needs of it lets 40 pages/s through at most, and it does 40."
        " Parsing elsewhere, or a loop in each of several processes, may do more."
    )


def test_more_in_flight_allow_more_until_cores_do_not() -> None:
    choice = choose(
        searched(
            {"sequential": ALONE, "threads": rounds(40, 40, 40)},
            threads={"cpu_per_page_s": 0.0275, "parse": Phase(None, 0.0265, None)},
        ),
        "throughput",
    )
    assert choice is not None
    # 100 ms alone, and of two cores 27.5 ms for the job and 2.5 ms for the server.
    assert [in_flight for in_flight, _ in choice.allowed] == [1, 2, 4, 8]
    assert [per_s for _, per_s in choice.allowed] == pytest.approx([10, 20, 40, 200 / 3])


def test_without_a_baseline_waiting_is_not_named() -> None:
    document = searched({"threads": rounds(75.0, 75.0, 75.0)}, threads={"cores_used": 0.5})
    assert "waiting" not in limit(document.cells[0], document)


def test_the_choice_is_the_best_beside_the_others_not_the_one_of_the_fastest_rounds() -> None:
    # The machine was three times as fast in rounds 3 to 5, in which asyncio beats the rest of them by less.
    choice = choose(
        searched(
            {
                "sequential": rounds(10, 10, 10) | rounds(30, 30, 30, first=3),
                "threads": rounds(40, 40, 40),
                "asyncio": rounds(90, 90, 90, first=3),
            }
        ),
        "throughput",
    )
    assert choice is not None
    assert [tried.cell.id for tried in choice.tried] == ["threads", "asyncio", "sequential"]
    assert choice.tried[0].relative == 1.0
    assert choice.tried[1].relative == pytest.approx(0.75, abs=0.01)
    assert [tried.repetitions for tried in choice.tried] == [3, 3, 6]
    assert choice.spent == 12
    assert choice.runner_up is not None
    assert choice.runner_up.id == "sequential", "it was raced; asyncio was never run beside the choice"


def test_the_lead_is_of_the_rounds_that_both_ran() -> None:
    choice = choose(searched({"threads": rounds(20, 22, 18), "asyncio": rounds(10, 11, 9)}), "throughput")
    assert choice is not None
    assert choice.lead is not None
    assert choice.lead.median == pytest.approx(2.0)
    assert choice.lead.kind == "interval"


def test_nothing_valid_is_no_choice() -> None:
    assert choose(searched({"threads": {}}), "throughput") is None


def test_one_cell_alone_has_no_runner_up() -> None:
    choice = choose(searched({"sequential": ALONE}), "throughput")
    assert choice is not None
    assert (choice.runner_up, choice.lead) == (None, None)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "threads", "base": "threads"},
        {"name": "threads", "shards": None, "fetch": "asyncio", "loop": "uvloop"},
        {"name": "threads", "shards": {"processes": 2}, "fetch": "asyncio", "parse": "inline"},
        {"name": "threads", "base": "processes", "start_method": "null"},
        {"name": "threads", "base": "no", "x": ["1", 1, True, "a: b, c"]},
    ],
)
def test_the_fragment_is_yaml_that_says_the_same(entry: dict[str, Any]) -> None:
    document = searched({"threads": ALONE})
    text = fragment(document.cells[0], {"strategies": ["asyncio", entry]})
    assert parse(text, "fragment").data == {"strategies": [entry], "in_flight": 8}


@pytest.mark.parametrize("name", ["threads", "null", "1", "Yes", "two words", "007"])
def test_a_name_stays_text_in_the_fragment(name: str) -> None:
    document = searched({name: ALONE})
    entry = {"name": name, "base": "threads"}
    assert parse(fragment(document.cells[0], {"strategies": [entry]}), "fragment").data["strategies"] == [
        entry
    ]
    assert parse(fragment(document.cells[0], {}), "fragment").data["strategies"] == [name]
