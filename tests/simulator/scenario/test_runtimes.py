"""`runtimes`: a factor like any other, with a baseline of its own for each level."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text
from simulator.scenario.model import Scenario
from simulator.scenario.problem import Problem
from simulator.scenario.runtimes import levels
from tests.conftest import tiny_text

Refused = Callable[..., tuple[Problem, ...]]


def scenario(folder: Path, **changes: Any) -> Scenario:
    return load_text(tiny_text(**changes), "tiny.yaml", folder)


def of(cells: tuple[Cell, ...], strategy: str, runtime: str) -> Cell:
    (found,) = (c for c in cells if c.factors["strategy"] == strategy and c.runtime == runtime)
    return found


def test_every_strategy_is_measured_on_every_runtime_against_sequential_there(tmp_path: Path) -> None:
    runtimes = ["current", "3.13t", {"name": "mine", "python": "./venv", "with": ["."]}]
    cells = expand(scenario(tmp_path, runtimes=runtimes, strategies=["threads", "asyncio"]), 2)
    assert [(c.factors["runtime"], c.factors["strategy"]) for c in cells] == [
        (runtime, strategy)
        for runtime in ("current", "3.13t", "mine")
        for strategy in ("sequential", "threads", "asyncio")
    ]
    for runtime in ("current", "3.13t", "mine"):
        assert of(cells, "threads", runtime).baseline_id == of(cells, "sequential", runtime).id
    assert "3-13t" in of(cells, "threads", "3.13t").id


def test_a_case_may_choose_among_the_runtimes_and_strategies(tmp_path: Path) -> None:
    cases = {
        "waiting": {"runtimes": ["current"], "job.pages": 5},
        "computing": {"strategies": ["threads"], "job.pages": 6},
    }
    made = scenario(tmp_path, runtimes=["current", "3.13t"], strategies=["threads", "asyncio"], cases=cases)
    assert [
        tuple(cell.factors[name] for name in ("case", "runtime", "strategy")) for cell in expand(made, 2)
    ] == [
        ("waiting", "current", "sequential"),
        ("waiting", "current", "threads"),
        ("waiting", "current", "asyncio"),
        ("computing", "current", "sequential"),
        ("computing", "current", "threads"),
        ("computing", "3.13t", "sequential"),
        ("computing", "3.13t", "threads"),
    ]


def test_cases_that_differ_in_what_they_choose_are_two(tmp_path: Path) -> None:
    cases = {
        "one": {"runtimes": ["current"], "job.pages": 5},
        "other": {"runtimes": ["3.13t"], "job.pages": 5},
    }
    made = scenario(tmp_path, runtimes=["current", "3.13t"], strategies=["threads"], cases=cases)
    assert [cell.factors["runtime"] for cell in expand(made, 2)] == ["current"] * 2 + ["3.13t"] * 2


def test_runtimes_are_crossed_with_cases_and_levels(tmp_path: Path) -> None:
    changes = {
        "runtimes": ["current", "pypy3"],
        "cases": {"few": {"job.pages": 4}, "many": {"job.pages": 8}},
        "vary": {"server.latency": ["0ms", "2ms"]},
    }
    cells = expand(scenario(tmp_path, **changes), 2)
    assert len(cells) == 2 * 2 * 2 * 2
    assert len({cell.id for cell in cells}) == len(cells)
    assert [cell.factors["case"] for cell in cells] == ["few"] * 8 + ["many"] * 8


def test_cells_of_a_scenario_without_runtimes_keep_their_ids(tmp_path: Path) -> None:
    cells = expand(scenario(tmp_path), 2)
    assert [cell.id for cell in cells] == ["sequential-888f34f908", "threads-525a28c209"]
    assert all(cell.runtime is None and "runtime" not in cell.factors for cell in cells)


def test_a_runtime_that_is_not_here_leaves_out_its_own_cells_only(tmp_path: Path) -> None:
    made = scenario(tmp_path, runtimes=["current", "3.99"])
    cells = expand(made, 2, missing_runtimes={"3.99": "runtime 3.99 is not here"})
    assert of(cells, "threads", "3.99").unsupported == "runtime 3.99 is not here"
    assert of(cells, "threads", "current").unsupported is None


def test_a_condition_may_name_a_runtime(tmp_path: Path, refused: Refused) -> None:
    wanted = "speedup(threads, runtime=3.13t) > 1.4"
    made = scenario(tmp_path, runtimes=["current", "3.13t"], expect=[wanted])
    assert made.expect[0].that == wanted
    (problem,) = refused(tiny_text(runtimes=["current"], expect=[wanted]))
    assert "3.13t" in problem.message


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["current", "current"], "current listed more than once; give each a name of its own"),
        ([3], 'found the number 3; write a version in quotes, as in "3.10" or "3.14"'),
        ([3.1], 'found the number 3.1; write a version in quotes, as in "3.10" or "3.14"'),
        ([["3.14"]], "a runtime is a name such as 3.13t, or {python: 3.13t, with: [.]}"),
        ([{"name": "mine"}], "python"),
        ([{"python": "3.14", "with": ["--index-url=x"]}], "with"),
    ],
)
def test_what_is_no_runtime_is_said(refused: Refused, written: list[Any], said: str) -> None:
    (problem,) = refused(tiny_text(runtimes=written))
    assert said in str(problem)
    assert problem.path.startswith("runtimes")


def test_a_version_that_reads_as_a_number_is_its_text(tmp_path: Path) -> None:
    assert [r.level for r in scenario(tmp_path, runtimes=[3.14, {"python": 3.12}]).runtimes] == [
        "3.14",
        "3.12",
    ]
    cells = expand(scenario(tmp_path, runtimes=[3.14]), 2)
    assert cells[0].factors["runtime"] == "3.14"


def test_levels_of_a_wrong_document_are_those_that_can_be_read() -> None:
    assert levels(
        json.loads('["current", {"python": "3.14"}, {"name": "a", "python": "b"}, null, [], true]')
    ) == (
        "current",
        "3.14",
        "a",
    )
    assert levels("current") == ()
