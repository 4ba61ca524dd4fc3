"""A search for the best strategy, in_flight and parallelism: its candidates, its schedule and what it may spend."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.experiment.preparation import Preparation, Search
from simulator.measures.factors import STRATEGY
from simulator.measures.registry import RANKING
from simulator.scenario.cells import Cell
from simulator.scenario.combinations import Factors, resolve, strategy_names
from simulator.scenario.load import from_document
from simulator.scenario.model import Scenario
from simulator.schedule.interface import Schedule
from simulator.schedule.tune import Candidate, Tune

SHARE = 0.35
"""Of the repetitions that all rounds of all candidates would take: what a search may spend."""
FEWEST = 12
"""What it may spend in any case: less decides nothing."""


@dataclass(frozen=True)
class Tuning:
    """What is searched for."""

    goal: str
    """Its name: one of `measures.registry.RANKING`."""
    max_in_flight: int


def search(
    scenario: Scenario, tuning: Tuning, cells: Sequence[Cell]
) -> tuple[Callable[[Preparation], Schedule], Search, dict[str, Any]]:
    """Return what makes the schedule of a search among cells, what sizes depend on, and what is kept of it."""
    goal = RANKING[tuning.goal]
    grid = sum(cell.unsupported is None for cell in cells)
    most = max(FEWEST, int(SHARE * grid * scenario.rounds))

    def schedule(prepared: Preparation) -> Schedule:
        return Tune(
            [candidate_of(ready.cell) for ready in prepared.ready.values()],
            goal,
            most=most,
            seed=scenario.seed,
            allowance=prepared.allowance(scenario),
        )

    about = {
        "goal": tuning.goal,
        "max_in_flight": tuning.max_in_flight,
        "grid": grid,
        "rounds": scenario.rounds,
    }
    return schedule, Search(most / max(1, grid), goal.fewest_jobs), about


def candidate_of(cell: Cell) -> Candidate:
    """Return what the search needs to know of a cell."""
    strategy = str(cell.factors[STRATEGY])
    line = strategy
    if "parallelism" in cell.factors and cell.factors["parallelism"] != cell.plan.in_flight:
        line += f", parallelism {cell.factors['parallelism']}"
    return Candidate(cell.id, line, cell.plan.in_flight, f"{line} {cell.plan.in_flight}")


def of_case(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario with one of its cases set, and without `cases`."""
    document = scenario.document()
    points = Factors(document, strategy_names(document)).points()
    point = next(point for point in points if point.case == name)
    return from_document(resolve(document, point), scenario.name, scenario.source_dir, scenario.origin)
