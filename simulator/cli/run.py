"""`simulator run`: from a scenario file to a table, a result document and an exit code."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from simulator.cli import exits
from simulator.cli.again import going_on, reproducing
from simulator.cli.asked import scenario_of
from simulator.cli.ci import annotate, of_run
from simulator.cli.measuring import Options, Outcome, carry_out, handlers_for, stopped_by_signals, warn
from simulator.cli.on_machines import plan_of, show_machines
from simulator.experiment import turns
from simulator.experiment.design import Design, design
from simulator.experiment.experiment import Experiment
from simulator.judging.verdicts import INVALID
from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.report.terminal.render import render
from simulator.report.view.plan import Plan, PlannedRow, build_plan
from simulator.result.document import ResultDocument
from simulator.runner.driver_process import default_python
from simulator.runner.servers import ServerError
from simulator.runner.stop import Stopped
from simulator.scenario.model import Scenario
from simulator.scenario.problem import ScenarioError
from simulator.scenario.refined import is_new
from simulator.scenario.runtimes import CURRENT
from simulator.schedule.sizing import BudgetError
from simulator.text.words import counted


def run_scenario(options: Options) -> int:
    """Run and show; returns the exit code. Raises Stop for what the user gave wrong."""
    scenario = load_scenario(options)
    python = find_python(options.python, scenario)
    options.wanted.check()
    if options.scheduler is not None:
        spread = plan_of(options, options.scheduler, scenario, None if options.python is None else python)
        if options.dry_run:
            return show_machines(spread)
        return _told(carry_out(spread, options), options)
    with mistakes_of(options.file):
        planned = design(
            scenario,
            python=python,
            command=reproducing(options.given, os.environ, more=("--turns",) if options.turns else ()),
            server_url=options.server_url,
            server_token=options.server_token,
            server_ca=options.server_ca,
            rerun=options.rerun,
            turns=turns.ALL if options.turns else turns.FOR_THE_PAGE if options.wanted.page else None,
        )
    if options.dry_run:
        return show_plan(planned, options.progress)
    return _told(carry_out(planned, options), options)


def _told(outcome: Outcome, options: Options) -> int:
    """Say how to go on, and what stayed undecided; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True)
    lost = outcome.code == exits.FAILED and options.scheduler is not None
    if (lost or outcome.code == exits.INTERRUPTED) and outcome.stored:
        command = going_on(options.given, outcome.document.id, options.store)
        errors.print(f"go on with it: {command}", highlight=False, markup=False)
    if not annotate(of_run(outcome.document, strict=options.wanted.strict)):
        warn_of_undecided(outcome.document, errors)
    return outcome.code or verdict_of(outcome.document, strict=options.wanted.strict)


def load_scenario(options: Options) -> Scenario:
    """Read the scenario that the command line names. Raises Stop."""
    with mistakes_of(options.file):
        scenario, left_out = scenario_of(
            options.file,
            options.asked,
            options.overrides,
            os.environ,
            served_elsewhere=options.server_url is not None,
        )
    if left_out:
        warn(
            Console(stderr=True, soft_wrap=True),
            f"{counted(left_out, 'expectation')} left out: of what is not measured now",
        )
    return scenario


@contextmanager
def mistakes_of(file: Path | None) -> Iterator[None]:
    """Turn a scenario's mistakes into the end of the command. Raises Stop."""
    try:
        yield
    except ScenarioError as error:
        exits.usage(f"{file or 'this'} is not a scenario that can be run:\n{error}")


def show_plan(planned: Design, progress: str | None) -> int:
    """Print the cells and how long they will take; nothing is measured but what a parse and a request cost."""
    handlers, terminal = handlers_for(progress)
    experiment = Experiment(planned, handlers=handlers)
    try:
        with stopped_by_signals(experiment.stop):
            prepared = experiment.dry_run()
    except Stopped:
        return exits.INTERRUPTED
    except (ServerError, BudgetError) as error:
        exits.usage(str(error))
    for remark in terminal.remarks:
        warn(Console(stderr=True, soft_wrap=True), remark)
    scenario = planned.scenario
    rows = tuple(
        PlannedRow(
            levels={k: v for k, v in ready.cell.factors.items() if k not in (STRATEGY, IN_FLIGHT)},
            strategy=str(ready.cell.factors[STRATEGY]),
            in_flight=ready.cell.plan.in_flight,
            pages=ready.size.pages,
            window_s=ready.size.window_s,
            total_s=ready.size.total_s,
        )
        for ready in prepared.ready.values()
        if not is_new(ready.cell.factors, scenario.document())
    )
    left_out = [f"{c.id} will be left out: {c.unsupported}" for c in planned.cells if c.unsupported]
    left_out += [f"{broken.cell_id} will be left out: {broken.reason}" for broken in prepared.broken]
    budget_s = None if scenario.budget_ns is None else scenario.budget_ns / 1e9
    plan = Plan(scenario.name, scenario.rounds, scenario.precision, budget_s, rows, tuple(left_out))
    render(build_plan(plan), Console(highlight=False))
    return exits.OK


def verdict_of(document: ResultDocument, *, strict: bool = False) -> int:
    """Return the exit code of a run that went to its end; `strict`: what is undecided counts too."""
    statuses = {cell.status for cell in document.cells}
    if "failed" in statuses:
        return exits.FAILED
    if "ok" not in statuses:
        return exits.NOTHING_VALID
    verdicts = {expectation.verdict for expectation in document.expectations}
    if "not held" in verdicts:
        return exits.NOT_HELD
    if any(expectation.numbers.get("lacking") == INVALID for expectation in document.expectations):
        return exits.UNDECIDED
    if baseless(document):
        return exits.NOTHING_VALID
    return exits.UNDECIDED if strict and "undecided" in verdicts else exits.OK


def baseless(document: ResultDocument) -> bool:
    """Whether a check rejected a baseline, so that all that was to be compared with it is compared with nothing."""
    statuses = {cell.id: cell.status for cell in document.cells}
    return "tune" not in document.scenario and any(
        statuses.get(cell.baseline_id or "") == INVALID for cell in document.cells
    )


def warn_of_undecided(document: ResultDocument, errors: Console) -> None:
    """Say which expectations the numbers could not decide."""
    for expectation in document.expectations:
        if expectation.verdict == "undecided":
            warn(errors, f"undecided: {expectation.that}: {expectation.because}")


def find_python(wanted: str | None, scenario: Scenario) -> str:
    """Return the path of the interpreter that runs the driver. Raises Stop: there is none, or it would run nothing."""
    if wanted is None:
        return default_python()
    if scenario.runtimes and all(runtime.python != CURRENT for runtime in scenario.runtimes):
        listed = ", ".join(runtime.level for runtime in scenario.runtimes)
        exits.usage(
            f"--python is what {CURRENT} stands for, and the scenario's runtimes list no {CURRENT} (but {listed});"
            " add it there, or leave --python out"
        )
    found = shutil.which(os.path.expanduser(wanted))  # noqa: PTH111 - which() takes text, and PATH names too
    if found is None:
        exits.usage(
            f"--python {wanted}: no such program; give the path of a Python, as in ~/project/.venv/bin/python"
        )
    return str(Path(found).absolute())  # not resolved: a virtual environment is known by its link
