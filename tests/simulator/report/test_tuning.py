from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.analysis.tuning import choose, fragment
from simulator.report.parts import Fragment, Table, Verdict
from simulator.report.tuning import build_tuning
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import document


def searched(
    rates: Mapping[str, Sequence[float]], goal: str = "throughput", **each: Mapping[str, Any]
) -> ResultDocument:
    made = document(rates, **each)
    options = {"goal": goal, "max_in_flight": 8, "grid": 13, "rounds": 5}
    return replace(made, scenario={"name": "shop", "strategies": list(rates), "tune": options})


def said(made: ResultDocument) -> str:
    verdict = build_tuning(made)[0]
    assert isinstance(verdict, Verdict)
    return " ".join(verdict.sentences)


def test_a_clear_choice_is_said_to_be_sure() -> None:
    made = searched({"sequential": [10, 10.1, 9.9], "threads": [40, 41, 39], "processes": [80, 81, 79]})
    text = said(made)
    assert "Take processes with 8 in flight: 80.0 pages/s." in text
    assert "That is sure: it is 2.00 × (1.9" in text
    assert "9 repetitions of 3 of 13 candidates; 5 rounds of all would be 65 (14%)" in text
    parts = build_tuning(made)
    table = next(part for part in parts if isinstance(part, Table))
    assert [row[0] for row in table.rows] == ["processes", "threads", "sequential"]
    assert [row[3] for row in table.rows] == ["1", "0.50", "0.13"]
    lines = next(part for part in parts if isinstance(part, Fragment))
    assert lines.text == "strategies: [processes]\nin_flight: 8"


def test_a_tie_and_too_few_rounds_are_said_as_such() -> None:
    assert "not told apart from the runner-up, asyncio with 8 in flight" in said(
        searched({"threads": [51, 53, 48, 52], "asyncio": [49, 53, 48, 50]})
    )
    assert "too few rounds to tell whether that is luck" in said(searched({"threads": [50], "asyncio": [49]}))


def test_what_limits_it() -> None:
    waiting = searched({"sequential": [20, 20, 20], "threads": [155, 156, 154]})
    assert "limited by the waiting: 8 in flight at 50.0 ms" in said(waiting)
    cores = searched(
        {"sequential": [50, 50, 50], "processes": [95, 96, 94]},
        processes={"cores_used": 1.8, "cpu_per_page_s": 0.02},
    )
    assert (
        "limited by the cores: the job uses 1.80 and the mock server 0.10 of 2; a page takes 20 ms"
        in said(cores)
    )
    one = searched({"sequential": [50, 50, 50], "threads": [50, 51, 52]}, threads={"cores_used": 1.0})
    assert "what only one of its threads can do at a time" in said(one)


def test_other_goals_say_their_own_number() -> None:
    made = searched(
        {"threads": [50, 51, 49], "asyncio": [50, 51, 49]}, "memory", threads={"memory_bytes": 20_000_000}
    )
    assert "Take threads with 8 in flight: it holds 20 MB, at 50.0 pages/s." in said(made)
    made = searched({"threads": [50], "asyncio": [51]}, "cpu", threads={"cpu_per_page_s": 0.005})
    assert "a page takes 5.00 ms of CPU" in said(made)


def test_nothing_valid_leaves_nothing_to_choose() -> None:
    made = searched({"threads": [50.0]})
    none = replace(
        made,
        cells=tuple(replace(c, repetitions=(), status="invalid", reason="too short") for c in made.cells),
    )
    assert choose(none, "throughput") is None
    assert "Nothing valid was measured" in said(none)
    assert "too short" in said(none)


def test_a_variant_is_pasted_with_its_options() -> None:
    made = searched({"uv": [50.0, 51.0, 49.0]})
    scenario = {"strategies": [{"name": "uv", "base": "asyncio", "loop": "uvloop"}]}
    assert (
        fragment(made.cells[0], scenario).splitlines()[0]
        == "strategies: [{name: uv, base: asyncio, loop: uvloop}]"
    )
