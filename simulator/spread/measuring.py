"""On a machine: a unit is planned, or measured as any experiment is, and told as it goes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from simulator.experiment.design import Design, design, in_rounds, planned_cells
from simulator.experiment.events import Event
from simulator.experiment.experiment import Experiment
from simulator.experiment.keeper import Keeper
from simulator.result.run import Run
from simulator.result.samples import Samples
from simulator.runner.servers import ServerError
from simulator.runner.stop import Stop, Stopped
from simulator.scenario.model import Scenario
from simulator.scenario.problem import ScenarioError
from simulator.schedule.sizing import BudgetError
from simulator.spread.order import Order
from simulator.spread.told import Ended, Planned, Told, Waiting
from simulator.spread.units import units_of
from simulator.store import codec

Tell = Callable[[Told], None]
Reserve = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Keeps the CPUs for as long as is measured; is given what is called where others have them."""


@dataclass
class Teller(Keeper):
    """Keeps nothing: what happens is told, and kept by who listens."""

    tell: Tell
    name = "who gave the order"

    def handle_event(self, event: Event) -> None:
        """Tell it."""
        self.tell(event)

    def samples(self, cell_id: str, round_: int) -> Samples | None:
        """Return none: they are with who listens."""
        del cell_id, round_
        return None


def carry_out(order: Order, tell: Tell, stop: Stop, reserve: Reserve) -> None:
    """Do what an order says; whatever becomes of it is told."""
    try:
        ended = _measured(order, tell, stop, reserve) if order.cells else _planned(order, tell)
    except (ScenarioError, BudgetError) as error:
        ended = Ended("refused", str(error))
    except ServerError as error:
        ended = Ended("failed", str(error))
    except Stopped:
        ended = Ended("interrupted")
    tell(ended)


def _planned(order: Order, tell: Tell) -> Ended:
    planned = _design(order)
    tell(Planned(planned.header, units_of(planned), planned.remark))
    return Ended("complete")


def _measured(order: Order, tell: Tell, stop: Stop, reserve: Reserve) -> Ended:
    whole = _design(order)
    wanted = set(order.cells)
    missing = wanted - {cell.id for cell in whole.cells if cell.unsupported is None}
    if missing:
        why = (
            next((c.unsupported for c in whole.cells if c.id in missing), None)
            or "the scenario has no such cell here"
        )
        return Ended("refused", f"{min(missing)}: {why}; machines of one run have to be alike")
    with reserve(lambda: tell(Waiting())):
        Experiment(part(whole, order), Teller(tell), stop=stop).run()
    return Ended("complete")


def _design(order: Order) -> Design:
    """Return the design of the whole, as if one machine had the budget of all. Raises ScenarioError."""
    scenario = order.read()
    budget_ns = scenario.budget_ns and scenario.budget_ns * order.machines
    return design(
        _budgeted(scenario, budget_ns), python=order.python, command=order.command, rerun=order.rerun
    )


def _budgeted(scenario: Scenario, budget_ns: int | None) -> Scenario:
    return (
        scenario if budget_ns == scenario.budget_ns else scenario.model_copy(update={"budget_ns": budget_ns})
    )


def part(whole: Design, order: Order) -> Design:
    """Return the design of some of its cells, with their share of the budget."""
    wanted = set(order.cells)
    cells = tuple(cell for cell in whole.cells if cell.id in wanted)
    possible = sum(cell.unsupported is None for cell in whole.cells)
    budget_ns = whole.scenario.budget_ns
    scenario = _budgeted(whole.scenario, budget_ns and max(1, budget_ns * len(cells) // possible))
    header = replace(whole.header, cells=planned_cells(cells))
    repetitions = tuple(map(codec.load_repetition, order.repetitions))
    earlier = Run(
        header=header,
        status="interrupted",
        calibrations={cell: codec.load_calibration(text) for cell, text in order.calibrations.items()},
        repetitions=repetitions,
        samples=lambda *_: None,
    )
    return replace(
        whole,
        scenario=scenario,
        cells=cells,
        header=header,
        schedule=in_rounds(scenario, rerun=order.rerun),
        search=None,
        earlier=earlier if repetitions else None,
    )
