"""What `compare` says of invented machines of which the truth is known: 20 cells, five cases of four strategies."""

import numpy as np
import pytest

from simulator.analysis.comparison import compare_runs
from simulator.measures.registry import MEASURES
from simulator.result.comparison import Comparison, regressions
from tests.simulator.analysis.worlds import World

THROUGHPUT = MEASURES["throughput"]


def compared(world: World, draws: int, tolerance: float, **b: object) -> list[Comparison]:
    random = np.random.default_rng(7)
    return [
        compare_runs(world.run(random), world.run(random, **b), THROUGHPUT, tolerance)  # type: ignore[arg-type]
        for _ in range(draws)
    ]


@pytest.mark.parametrize(
    "world",
    [
        World(0.01),
        World(0.02),
        World(0.05),
        World(0.02, rounds=3),
        World(0.02, wild={"threads": 4.0, "processes": 0.2}),
        World(0.02, day=0.1, drift=0.03),
        World(0.01, day=0.05, drift=0.05, wild={"asyncio": 5.0}),
    ],
    ids=lambda world: str(world).removeprefix("World"),
)
def test_of_two_equal_runs_nothing_is_a_regression(world: World) -> None:
    found = compared(world, 60, 0.03)
    assert sum(bool(regressions(each)) for each in found) / len(found) <= 0.05
    cells = [cell for each in found for cell in each.cells]
    wrong = sum(cell.verdict in ("faster", "slower") for cell in cells)
    assert wrong / len(cells) <= 0.05


def test_of_equal_calm_runs_nearly_all_cells_are_surely_the_same() -> None:
    cells = [cell for each in compared(World(0.01), 40, 0.03) for cell in each.cells]
    assert sum(cell.verdict == "no difference" for cell in cells) / len(cells) >= 0.9


@pytest.mark.parametrize("changed", ["threads light", "asyncio computing", "processes idle"])
def test_a_loss_of_six_percent_in_one_cell_of_twenty_is_found(changed: str) -> None:
    found = compared(World(0.01), 100, 0.03, changes={changed: 0.94})
    right = sum([cell.id for cell in regressions(each)] == [changed] for each in found)
    assert right / len(found) >= 0.9


def test_a_parser_that_became_slower_everywhere_is_found_in_baseline_and_cells() -> None:
    for each in compared(World(0.01), 20, 0.03, changes={"mixed": 0.92}):
        found = {cell.id for cell in regressions(each)}
        assert found == {f"{s} mixed" for s in ("sequential", "threads", "asyncio", "processes")}


def test_a_slower_machine_makes_no_regression_but_hides_none_of_a_job_that_waits() -> None:
    found = compared(World(0.005), 40, 0.03, speed=0.85, changes={"threads idle": 0.94})
    named = [{cell.id for cell in regressions(each)} for each in found]
    assert all(cells <= {"threads idle"} for cells in named)
    assert sum(map(bool, named)) / len(named) >= 0.9


def test_a_neighbour_in_memory_alone_makes_no_regression_of_what_does_not_feel_it() -> None:
    found = compared(World(0.01), 40, 0.03, memory=0.7)
    assert not any(regressions(each) for each in found)
