"""What workers that pull their jobs can do, and those cannot that an executor hands them to."""

from simulator.scenario.dispatch import DASK, PULL
from simulator.scenario.model import Scenario
from simulator.scenario.strategy_plan import StrategyPlan


def why_not_pushed(scenario: Scenario, worked_out: StrategyPlan) -> str | None:
    """Return why an executor cannot run a job as it is written, and what to set; null where it can or there is none."""
    if worked_out.dispatch == PULL:
        return None
    retries = scenario.job.retries
    if retries is not None and not retries.hold_slot:
        return (
            f"a job of {worked_out.name} cannot be put aside while it backs off: its worker does nothing else until it"
            " returns; write job.retries.hold_slot: true"
        )
    if scenario.job.ramp_ns is not None:
        return (
            f"jobs of {worked_out.name} begin as they are handed over, and not one worker after the other; remove"
            " job.ramp"
        )
    if scenario.arrivals is not None and worked_out.chunk > 1:
        return (
            f"{worked_out.name} hands over {worked_out.chunk} pages together, of which the last would come before it is"
            f" due; write {'batch' if worked_out.dispatch == DASK else 'chunk'}: 1, or remove arrivals"
        )
    return None
