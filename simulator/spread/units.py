"""What is measured on one machine: the cells of a block, all their rounds, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.experiment.design import Design, blocks
from simulator.experiment.preparation import foresee


@dataclass(frozen=True)
class Unit:
    """A combination, or those that share a baseline."""

    cells: tuple[str, ...]
    """Ids."""
    seconds: float
    """How long its planned rounds take, by what is usual."""


def units_of(design: Design) -> tuple[Unit, ...]:
    """Return the units of what can be measured, in the order of the cells. Raises BudgetError."""
    possible = [cell for cell in design.cells if cell.unsupported is None]
    sizes = foresee(design.scenario, design.cells, design.cores).sizes
    rounds = design.scenario.rounds
    return tuple(
        Unit(block.cells, rounds * sum(sizes[cell].total_s for cell in block.cells if cell in sizes))
        for block in blocks(design.scenario.contrast, possible)
    )


def dealt(units: Sequence[Unit], machines: Sequence[str]) -> dict[str, tuple[Unit, ...]]:
    """Return which machine measures what if all takes as long as is foreseen: whoever is free takes the longest."""
    given: dict[str, list[Unit]] = {name: [] for name in machines}
    for unit in longest_first(units):
        given[min(given, key=lambda name: sum(each.seconds for each in given[name]))].append(unit)
    return {name: tuple(taken) for name, taken in given.items()}


def longest_first(units: Sequence[Unit]) -> list[Unit]:
    """Return the order in which they are begun: a long one that begins last keeps all others waiting."""
    return sorted(units, key=lambda unit: -unit.seconds)
