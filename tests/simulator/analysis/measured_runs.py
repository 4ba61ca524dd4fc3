"""Runs to compare with one another, with known rates and a known speed of the machine in each round."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.result.run import PlannedCell, Run
from tests.simulator.analysis.builders import planned, repetition, run

PYTHON: dict[str, Any] = {"implementation": "CPython", "version": "3.13.5", "free_threaded": False}
MACHINE: dict[str, Any] = {
    "machine": {"cpu_model": "Chip 9", "cores": 4, "usable_cores": 2, "cpu_limit_cores": None},
    "platform": {"system": "Linux", "architecture": "x86_64", "release": "6.18"},
}


def run_of(
    rates: Mapping[str, Sequence[float]],
    *,
    run_id: str = "r1",
    spins: Sequence[float] | None = None,
    python: Mapping[str, Any] | None = None,
    environment: Mapping[str, Any] | None = None,
    scenario: Mapping[str, Any] | None = None,
    scenario_resolved: Mapping[str, Any] | None = None,
    calibration: Mapping[str, Any] | None = None,
    levels: Mapping[str, str] | None = None,
    **measures: Any,
) -> Run:
    """Return a run in which each strategy did these pages/s, round by round.

    Args:
        rates: by strategy.
        spins: seconds of the fixed spin, round by round; 10 ms each time unless told.
        measures: further measures of every repetition.
    """
    cells: list[PlannedCell] = [planned(strategy, levels=levels) for strategy in rates]
    done = [
        repetition(
            cell.id,
            round_,
            rate,
            environment=PYTHON if python is None else python,
            spin_s=0.01 if spins is None else spins[round_],
            **measures,
        )
        for cell in cells
        for round_, rate in enumerate(rates[str(cell.factors["strategy"])])
    ]
    made = run(cells, done, calibrations={cell.id: calibration for cell in cells} if calibration else None)
    header = replace(
        made.header,
        id=run_id,
        environment=MACHINE if environment is None else environment,
        scenario={"name": "shop"} if scenario is None else scenario,
        scenario_resolved=scenario_resolved,
    )
    return replace(made, header=header)
