"""What is known of cells before they are measured: what is kept of their plan, the time there is, a few words."""

from collections.abc import Sequence

from simulator.experiment.preparation import Preparation
from simulator.result.run import PlannedCell
from simulator.scenario.cells import Cell
from simulator.scenario.model import Scenario
from simulator.schedule import Allowance


def allowance_of(scenario: Scenario, prepared: Preparation) -> Allowance:
    """Return the scenario's budget, and what a repetition of each cell is predicted to take."""
    return Allowance(
        None if scenario.budget_ns is None else scenario.budget_ns / 1e9,
        {cell_id: ready.size.total_s for cell_id, ready in prepared.ready.items()},
    )


def planned_cells(cells: Sequence[Cell]) -> tuple[PlannedCell, ...]:
    """Return what is kept of each cell's plan."""
    return tuple(
        PlannedCell(
            id=cell.id,
            factors=dict(cell.factors),
            baseline_id=None if cell.baseline_id == cell.id else cell.baseline_id,
            in_flight=cell.plan.in_flight,
            marked=cell.plan.marked and cell.baseline_id != cell.id,
            unsupported=cell.unsupported,
        )
        for cell in cells
    )


def describe(cell: Cell) -> str:
    """Return a cell's levels in a few words."""
    levels = [
        "null" if level is None else str(level)
        for name, level in cell.factors.items()
        if name not in ("strategy", "in_flight")
    ]
    return ", ".join([str(cell.factors["strategy"]), *levels])
