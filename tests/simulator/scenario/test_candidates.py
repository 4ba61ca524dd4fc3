"""What a search chooses among."""

from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.candidates import candidates, powers
from simulator.scenario.cells import Cell
from simulator.scenario.load import load_text
from tests.conftest import tiny_text


def found(tmp_path: Path, strategies: list[Any], max_in_flight: int = 4, **changes: Any) -> tuple[Cell, ...]:
    scenario = load_text(tiny_text(strategies=strategies, **changes), "tiny.yaml", tmp_path)
    return candidates(scenario, 2, max_in_flight)


def levels(cells: tuple[Cell, ...], strategy: str) -> list[tuple[int, object]]:
    """Return what is in flight, and the parallelism where it is a factor."""
    return [
        (cell.plan.in_flight, cell.factors.get("parallelism"))
        for cell in cells
        if cell.factors["strategy"] == strategy
    ]


@pytest.mark.parametrize(
    ("most", "expected"), [(1, [1]), (2, [1, 2]), (5, [1, 2, 4, 5]), (8, [1, 2, 4, 8]), (9, [1, 2, 4, 8, 9])]
)
def test_levels_are_the_powers_of_two_and_the_greatest(most: int, expected: list[int]) -> None:
    assert powers(most) == expected


def test_in_flight_and_parallelism_vary_only_where_they_matter(tmp_path: Path) -> None:
    cells = found(tmp_path, ["threads", "processes", "processes_per_core"])
    assert levels(cells, "sequential") == [(1, None)]
    assert levels(cells, "threads") == [(1, None), (2, None), (4, None)]
    assert levels(cells, "processes") == [(1, None), (2, None), (4, None)]
    assert levels(cells, "processes_per_core") == [(1, 1), (2, 2), (4, 4)]
    per_core = {cell.plan.shards.count for cell in cells if cell.factors["strategy"] == "processes_per_core"}
    assert per_core == {1, 2, 4}


def test_a_strategy_that_uses_both_has_every_combination_up_to_the_cores(tmp_path: Path) -> None:
    both = {"name": "loops", "shards": {"processes": "cores"}, "fetch": "asyncio"}
    assert set(levels(found(tmp_path, [both]), "loops")) == {(1, 1), (2, 1), (4, 1), (2, 2), (4, 2)}


def test_no_experiment_is_there_twice(tmp_path: Path) -> None:
    pool = {"name": "pool", "base": "processes_per_core", "parallelism": 4}
    pair = {"name": "pair", "shards": {"processes": 2}, "fetch": "asyncio"}
    cells = found(tmp_path, ["threads", pool, pair, "sequential"])
    assert len({cell.id for cell in cells}) == len(cells)
    assert levels(cells, "pool") == [(4, None)], "its number of processes is written"
    assert levels(cells, "pair") == [(2, None), (4, None)], "one in flight is two, one in each process"
    (two,) = (c for c in cells if c.factors["strategy"] == "pair" and c.plan.in_flight == 2)
    assert two.factors["in_flight"] == 2
    assert levels(cells, "sequential") == [(1, None)]


def test_every_baseline_is_among_them(tmp_path: Path) -> None:
    cells = found(tmp_path, ["threads", "processes_per_core"])
    assert {cell.baseline_id for cell in cells} <= {cell.id for cell in cells}


def test_more_than_the_greatest_in_flight_is_left_out(tmp_path: Path) -> None:
    pool = {"name": "pool", "base": "processes_per_core", "parallelism": 4}
    assert levels(found(tmp_path, ["threads", pool], max_in_flight=3), "pool") == []


def test_the_baseline_alone_is_a_candidate(tmp_path: Path) -> None:
    assert levels(found(tmp_path, ["sequential"]), "sequential") == [(1, None)]
