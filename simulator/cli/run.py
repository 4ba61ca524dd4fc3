"""`simulator run`: from a scenario file to a table, a result document and an exit code."""

import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from rich.console import Console

from simulator import environment
from simulator.cli import exits
from simulator.cli.again import Given, going_on, reproducing
from simulator.cli.keeping import Keeping, Nowhere, rescue
from simulator.cli.progress import open_progress
from simulator.cli.resume import earlier_run
from simulator.cli.runtimes import find_runtimes
from simulator.cli.show import show
from simulator.cli.wanted import Wanted
from simulator.experiment import turns
from simulator.experiment.experiment import Experiment
from simulator.experiment.plan import planned_cells
from simulator.report.plan import Plan, PlannedRow, build_plan
from simulator.report.terminal import render
from simulator.result.document import ResultDocument
from simulator.result.run import RunHeader
from simulator.runner.driver_process import default_python
from simulator.runner.servers import ServerError
from simulator.scenario.cells import expand
from simulator.scenario.load import load
from simulator.scenario.model import Scenario
from simulator.scenario.problem import ScenarioError
from simulator.schedule.sizing import BudgetError
from simulator.store import RunNotFoundError, Store, StoreError, default_path


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    file: Path
    overrides: tuple[str, ...]
    python: str | None
    server_url: str | None
    server_token: str | None
    store: Path | None
    wanted: Wanted
    strict: bool = False
    """Undecided expectations end with exit code 98."""
    dry_run: bool = False
    resume: str | None = None
    """A RUN that was interrupted."""
    turns: bool = False
    """Watch one more repetition of each cell from outside: who ran when."""

    @property
    def given(self) -> Given:
        """Return what decides what is measured."""
        return Given(self.file, self.overrides, self.python, self.server_url)


def run_scenario(options: Options) -> int:
    """Run and show; returns the exit code. Raises Stop for what the user gave wrong."""
    scenario = load_scenario(options.file, options.overrides)
    python = find_python(options.python)
    options.wanted.check()
    more = ("--turns",) if options.turns else ()
    command = reproducing(options.given, os.environ, more=more)
    experiment = prepare_experiment(scenario, options, python, command)
    if options.dry_run:
        return show_plan(experiment)
    errors = Console(stderr=True, soft_wrap=True)
    try:
        with Store.open(options.store or default_path(os.environ)) as store, open_progress() as progress:
            keeper = Keeping(store, errors)
            experiment = replace(experiment, keeper=keeper, progress=progress)
            if options.resume is not None:
                earlier = earlier_run(store, options.resume, scenario, python, experiment.interpreters)
                experiment = replace(experiment, earlier=earlier, header=earlier.header)
            code, message = measure(experiment)
    except (StoreError, RunNotFoundError) as error:
        exits.usage(str(error))
    document = experiment.document()
    if keeper.failed:
        rescue(document, errors)
    for remark in experiment.remarks:
        errors.print(f"simulator: {remark}", style="yellow", highlight=False, markup=False)
    show(document, options.wanted, experiment.samples)
    if message:
        errors.print(f"simulator: {message}", style="red", highlight=False, markup=False)
    if code == exits.INTERRUPTED and not keeper.failed:
        command = going_on(options.given, document.id, options.store)
        errors.print(f"go on with it: {command}", highlight=False, markup=False)
    warn_of_undecided(document, errors)
    return code or verdict_of(document, strict=options.strict)


def load_scenario(file: Path, overrides: tuple[str, ...]) -> Scenario:
    """Read the scenario that the command line names. Raises Stop."""
    try:
        return load(file, overrides=overrides, environ=os.environ)
    except ScenarioError as error:
        exits.usage(f"{file} is not a scenario that can be run:\n{error}")


def prepare_experiment(scenario: Scenario, options: Options, python: str, command: str) -> Experiment:
    """Return the experiment that a scenario describes, kept nowhere yet.

    Args:
        scenario: what to measure.
        options: the command line.
        python: the interpreter that runs the driver.
        command: what measures the same again.
    """
    memory_limit, cores = environment.memory_limit_bytes(), environment.usable_cores()
    interpreters, missing = find_runtimes(scenario, python, named=options.python is not None)
    cells = expand(
        scenario,
        cores,
        memory_limit_bytes=memory_limit,
        usable_cpus=environment.usable_cpus(),
        missing_runtimes=missing,
    )
    return Experiment(
        scenario=scenario,
        cells=cells,
        header=RunHeader(
            id=secrets.token_hex(4),
            name=scenario.name,
            scenario=scenario.document(),
            rounds=scenario.rounds,
            environment={**environment.describe(), "command": command},
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            cells=planned_cells(cells),
        ),
        python=python,
        keeper=Nowhere(),
        import_path=import_path(scenario.source_dir),
        server_url=options.server_url,
        server_token=options.server_token,
        memory_limit_bytes=memory_limit,
        cores=cores,
        interpreters=interpreters,
        turns=turns.ALL if options.turns else turns.FOR_THE_PAGE if options.wanted.html is not None else None,
    )


def show_plan(experiment: Experiment) -> int:
    """Print the cells and how long they will take; nothing is measured but what a parse and a request cost."""
    try:
        with interruptible(), open_progress() as progress:
            planned = replace(experiment, progress=progress).plan()
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except (ServerError, BudgetError) as error:
        exits.usage(str(error))
    scenario = experiment.scenario
    rows = tuple(
        PlannedRow(
            levels={k: v for k, v in ready.cell.factors.items() if k not in ("strategy", "in_flight")},
            strategy=str(ready.cell.factors["strategy"]),
            in_flight=ready.cell.plan.in_flight,
            pages=ready.size.pages,
            window_s=ready.size.window_s,
            total_s=ready.size.total_s,
        )
        for ready in planned.ready.values()
    )
    left_out = [f"{c.id} will be left out: {c.unsupported}" for c in experiment.cells if c.unsupported]
    left_out += [f"{broken.cell_id} will be left out: {broken.reason}" for broken in planned.broken]
    budget_s = None if scenario.budget_ns is None else scenario.budget_ns / 1e9
    plan = Plan(scenario.name, scenario.rounds, scenario.precision, budget_s, rows, tuple(left_out))
    render(build_plan(plan), Console(highlight=False))
    return exits.OK


def measure(experiment: Experiment) -> tuple[int, str]:
    """Run the experiment to its end, an error or an interruption; returns exit code and message (0, "": well)."""
    try:
        with interruptible():
            experiment.run()
    except KeyboardInterrupt:
        return (
            exits.INTERRUPTED,
            "interrupted; what was measured until then is stored and shown, marked partial",
        )
    except BudgetError as error:
        return exits.USAGE, str(error)
    except ServerError as error:
        if not experiment.begun:
            exits.usage(str(error))
        return exits.FAILED, str(error)
    return exits.OK, ""


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
    return exits.UNDECIDED if strict and "undecided" in verdicts else exits.OK


def warn_of_undecided(document: ResultDocument, errors: Console) -> None:
    """Say which expectations the numbers could not decide."""
    for expectation in document.expectations:
        if expectation.verdict == "undecided":
            message = f"simulator: undecided: {expectation.that}: {expectation.because}"
            errors.print(message, style="yellow", highlight=False, markup=False)


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into KeyboardInterrupt; what comes while cleaning up is ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def find_python(wanted: str | None) -> str:
    """Return the path of the interpreter that runs the driver. Raises Stop if there is none."""
    if wanted is None:
        return default_python()
    found = shutil.which(os.path.expanduser(wanted))  # noqa: PTH111 - which() takes text, and PATH names too
    if found is None:
        exits.usage(
            f"--python {wanted}: no such program; give the path of a Python, as in ~/project/.venv/bin/python"
        )
    return str(Path(found).absolute())  # not resolved: a virtual environment is known by its link


def import_path(source_dir: Path | None) -> tuple[str, ...]:
    """Return where the user's parser is looked for: beside the scenario, then in the current folder."""
    folders = [] if source_dir is None else [str(source_dir)]
    here = str(Path.cwd())
    return tuple(folders if here in folders else [*folders, here])
