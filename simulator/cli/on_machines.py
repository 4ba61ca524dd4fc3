"""`simulator run --on dask`: a run that is spread over the machines of a cluster."""

import os
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from rich.console import Console

from simulator.cli import exits
from simulator.cli.again import reproducing
from simulator.cli.measuring import Options, stopped_by_signals, warn
from simulator.environment.interpreter import version_of
from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.report.terminal.render import render
from simulator.report.view.machines import PlannedUnit, build_machines
from simulator.runner.stop import Stop, Stopped
from simulator.scenario.model import Scenario
from simulator.spread.cluster import ClusterError
from simulator.spread.dask import connected
from simulator.spread.order import Order
from simulator.spread.plan import PROGRAM, Plan, RefusedError, here, plan
from simulator.spread.units import dealt

WAYS = ("dask",)
ADDRESS = re.compile(r"^(tcp|tls|ws|wss|ucx)://\S+$")


def scheduler_of(on: str | None, scheduler: str | None) -> str | None:
    """Return the address of the scheduler that options name; null: what is measured is measured here. Raises Stop."""
    if on is None:
        if scheduler is not None:
            exits.usage(f"--scheduler {scheduler}: is of a cluster; add --on dask")
        return None
    if on not in WAYS:
        exits.usage(f"--on {on}: there is {' and '.join(WAYS)}")
    if scheduler is None:
        exits.usage(
            "--on dask: which cluster? Give --scheduler, as tcp://127.0.0.1:8786, where dask scheduler listens"
        )
    if not ADDRESS.match(scheduler):
        exits.usage(f"--scheduler {scheduler}: is no address; give it as tcp://127.0.0.1:8786")
    return scheduler


def plan_of(options: Options, scheduler: str, scenario: Scenario, python: str | None) -> Plan:
    """Look for machines and plan what they measure. Raises Stop."""
    _check(options, scenario)
    order = Order(
        program=version_of(PROGRAM),
        scenario=scenario.document(),
        source=str(options.file or "the command line"),
        source_dir=None if scenario.source_dir is None else str(scenario.source_dir.absolute()),
        folder=here(),
        python=python,
        command=reproducing(options.given, os.environ),
        rerun=options.rerun,
    )
    stop = Stop()
    try:
        with stopped_by_signals(stop):
            made = plan(partial(connected, scheduler), scenario, order, stop)
    except Stopped:
        raise exits.Stop(exits.INTERRUPTED, "interrupted; nothing was measured yet") from None
    except (ClusterError, RefusedError) as error:
        exits.usage(str(error))
    for sentence in made.left_out:
        warn(Console(stderr=True, soft_wrap=True), f"left out: {sentence}")
    return made


def _check(options: Options, scenario: Scenario) -> None:
    """Refuse what cannot be asked of several machines. Raises Stop."""
    given = {
        "--turns": options.turns,
        "--server": options.server_url is not None,
        "--refine, which decides what is measured by all that was": scenario.refine,
    }
    for name, asked in given.items():
        if asked:
            exits.usage(f"--on dask has no {name}; leave it out, or measure on one machine")


def show_machines(made: Plan) -> int:
    """Print which machine would measure what; nothing is measured."""
    factors = {cell.id: cell.factors for cell in made.header.cells}
    names = [machine.name for machine in made.machines]
    units = [
        PlannedUnit(name, _levels([factors[cell] for cell in unit.cells]), len(unit.cells), unit.seconds)
        for name, taken in dealt(made.units, names).items()
        for unit in taken
    ]
    left_out = [f"{c.id} will be left out: {c.unsupported}" for c in made.header.cells if c.unsupported]
    parts = build_machines(made.scenario.name, made.scenario.rounds, names, units, left_out)
    render(parts, Console(highlight=False))
    return exits.OK


def _levels(cells: list[Mapping[str, Any]]) -> dict[str, str]:
    """Return the levels that cells have in common, in words."""
    first, *others = cells
    return {
        path: str(level)
        for path, level in first.items()
        if path not in (STRATEGY, IN_FLIGHT) and all(other.get(path) == level for other in others)
    }
