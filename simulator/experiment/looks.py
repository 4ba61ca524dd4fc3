"""What the preflights of an experiment look at beside client and parser."""

from simulator.experiment.design import Design
from simulator.experiment.preparation import foresee
from simulator.runner.job import Looks
from simulator.scenario.dispatch import PULL
from simulator.scenario.strategy_plan import StrategyPlan
from simulator.schedule.sizing import BudgetError

WORTH_S = 30.0
"""A run that takes longer also measures what predictions rest on, which takes about a second for each different job."""


def looks_of(design: Design) -> Looks:
    """Return the kinds of loops of its cells and, where it is worth it, the ways in which they hand jobs over."""
    plans = [cell.plan for cell in design.cells if cell.unsupported is None]
    loops = {plan.loop for plan in plans if plan.loop is not None}
    if not (_is_long(design) if design.needs is None else design.needs):
        return Looks(loops)
    return Looks(loops, {way for plan in plans for way in ways(plan)})


def ways(plan: StrategyPlan) -> tuple[str, ...]:
    """Return the ways in which a strategy hands jobs over, as `result.needs.Needs` names them; of executors none."""
    if plan.dispatch != PULL:
        return ()
    shards = ("shards:processes",) if plan.shards.kind in ("processes", "interpreters") else ()
    return shards if plan.parse.kind == "inline" else (*shards, f"pool:{plan.parse.kind}")


def _is_long(design: Design) -> bool:
    try:
        foreseen = foresee(design.scenario, design.cells, design.cores)
    except BudgetError:  # it is said when the cells are sized
        return False
    return design.scenario.rounds * sum(size.total_s for size in foreseen.sizes.values()) >= WORTH_S
