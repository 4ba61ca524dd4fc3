"""A crossover that is refined: which costs may be new, and what the schedule and the sizes need to know of them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from simulator.experiment.preparation import Ready, Search
from simulator.measures.factors import IN_FLIGHT, PARSE_COST, STRATEGY
from simulator.scenario.cells import Cell
from simulator.scenario.refined import is_new
from simulator.scenario.shards import opposed
from simulator.schedule import Block, Cost, Row
from simulator.schedule.refine import STEPS


def rows_of(ready: Mapping[str, Ready], scenario: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of the cells that can run.

    Args:
        ready: the cells by id, those of new costs among them.
        scenario: as written.
    """
    candidates = opposed(scenario)
    grouped: dict[tuple[str, ...], dict[int, list[Cell]]] = {}
    for each in ready.values():
        cell = each.cell
        grouped.setdefault(_others(cell), {}).setdefault(cell.job.parse_cost_ns or 0, []).append(cell)
    return tuple(
        Row(
            tuple(_cost(cost_ns, by_cost[cost_ns], scenario) for cost_ns in sorted(by_cost)),
            tuple(pair for pair in candidates if _alike(pair, chain.from_iterable(by_cost.values()))),
        )
        for by_cost in grouped.values()
    )


def share_of(cells: Sequence[Cell], scenario: Mapping[str, Any], rounds: int) -> Search:
    """Return what sizes depend on: of the new costs a gap of each combination is halved as often as STEPS."""
    new = [cell for cell in cells if is_new(cell.factors, scenario)]
    listed = len(cells) - len(new)
    combinations = len({_others(cell) for cell in cells})
    each = len(new) / max(1, len({(_others(cell), cell.job.parse_cost_ns) for cell in new}))
    expected = listed + min(len(new), combinations * STEPS * each)
    return Search(rounds * expected / max(1, len(cells)), 1)


def _cost(cost_ns: int, cells: Sequence[Cell], scenario: Mapping[str, Any]) -> Cost:
    return Cost(
        cost_ns / 1e9,
        Block(cells[0].baseline_id, tuple(cell.id for cell in cells)),
        {str(cell.factors[STRATEGY]): cell.id for cell in cells},
        listed=not is_new(cells[0].factors, scenario),
    )


def _alike(pair: tuple[str, str], cells: Iterable[Cell]) -> bool:
    """Whether both strategies have the same number of jobs in flight: else the cost is not all that differs."""
    in_flight = {cell.plan.in_flight for cell in cells if cell.factors[STRATEGY] in pair}
    return len(in_flight) == 1


def _others(cell: Cell) -> tuple[str, ...]:
    """Return the levels of all factors but the cost and the strategy; the baseline has its own number in flight."""
    left_out = (PARSE_COST, STRATEGY, IN_FLIGHT)
    return tuple(f"{path}={level}" for path, level in cell.factors.items() if path not in left_out)
