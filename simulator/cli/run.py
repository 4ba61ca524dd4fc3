"""`simulator run`: from a scenario file to a table, a result document and an exit code."""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console

from simulator import environment
from simulator.cli import exits
from simulator.cli.output import check_writable, write_document
from simulator.cli.progress import open_progress
from simulator.experiment import Experiment, planned_cells
from simulator.report.build import build
from simulator.report.terminal import render
from simulator.result.document import ResultDocument
from simulator.result.repetition import Repetition
from simulator.result.run import RunHeader, RunStatus
from simulator.result.samples import Samples
from simulator.runner.driver_process import default_python
from simulator.runner.servers import ServerError
from simulator.scenario.cells import expand
from simulator.scenario.load import load
from simulator.scenario.problem import ScenarioError
from simulator.store import Store, StoreError, default_path


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    file: Path
    overrides: tuple[str, ...]
    python: str | None
    server_url: str | None
    server_token: str | None
    json: str | None
    strict: bool
    store: Path | None


def run_scenario(options: Options) -> int:
    """Run and show; returns the exit code. Raises Stop for what the user gave wrong."""
    try:
        scenario = load(options.file, overrides=options.overrides, environ=os.environ)
    except ScenarioError as error:
        exits.usage(f"{options.file} is not a scenario that can be run:\n{error}")
    python = find_python(options.python)
    if options.json is not None:
        check_writable(options.json)
    memory_limit = environment.memory_limit_bytes()
    cells = expand(scenario, environment.usable_cores(), memory_limit_bytes=memory_limit)
    header = RunHeader(
        id=secrets.token_hex(4),
        name=scenario.name,
        scenario=scenario.document(),
        rounds=scenario.rounds,
        environment=environment.describe(),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        cells=planned_cells(cells),
    )
    errors = Console(stderr=True, soft_wrap=True)
    try:
        with Store.open(options.store or default_path(os.environ)) as store, open_progress() as progress:
            keeper = Keeping(store, errors)
            experiment = Experiment(
                scenario=scenario,
                cells=cells,
                header=header,
                python=python,
                keeper=keeper,
                import_path=import_path(scenario.source_dir),
                server_url=options.server_url,
                server_token=options.server_token,
                memory_limit_bytes=memory_limit,
                progress=progress,
            )
            code, message = measure(experiment)
    except StoreError as error:
        exits.usage(str(error))
    document = experiment.document()
    if keeper.failed:
        rescue(document, errors)
    show(document, options.json)
    if message:
        errors.print(f"simulator: {message}", style="red", highlight=False, markup=False)
    warn_of_undecided(document, errors)
    return code or verdict_of(document, strict=options.strict)


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
    except ServerError as error:
        if not experiment.begun:
            exits.usage(str(error))
        return exits.FAILED, str(error)
    return exits.OK, ""


def verdict_of(document: ResultDocument, *, strict: bool) -> int:
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


def show(document: ResultDocument, json: str | None) -> None:
    """Print the report, and write the document where it is wanted; with `-` standard output is JSON alone."""
    if json is not None:
        write_document(document, json)
    render(build(document), Console(stderr=json == "-", highlight=False))


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


def rescue(document: ResultDocument, errors: Console) -> None:
    """Write the result document where there is room, since the database did not take it."""
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        path = folder / f"simulator-{document.id}.json"
        try:
            write_document(document, str(path))
        except exits.Stop:
            continue
        errors.print(f"the result document is in {path}; simulator report {path} shows it", highlight=False)
        return


class Keeping:
    """Keeps a run in the database as long as that works; when it fails, says so once and goes on without."""

    def __init__(self, store: Store, errors: Console) -> None:
        self._store = store
        self._errors = errors
        self.failed = False

    def begin(self, header: RunHeader) -> None:
        """Note that a run starts. Raises StoreError: nothing has been measured yet, so nothing is lost."""
        self._store.begin(header)

    def calibrated(self, run_id: str, cell_id: str, calibration: Mapping[str, Any]) -> None:
        """Keep a cell's calibration."""
        with self._surviving():
            self._store.calibrated(run_id, cell_id, calibration)

    def add(self, run_id: str, repetition: Repetition, samples: Samples | None) -> None:
        """Keep one repetition."""
        with self._surviving():
            self._store.add(run_id, repetition, samples)

    def revise(self, run_id: str, repetition: Repetition) -> None:
        """Replace a repetition's judgement."""
        with self._surviving():
            self._store.revise(run_id, repetition.cell_id, repetition.round, repetition)

    def finish(self, run_id: str, status: RunStatus) -> None:
        """Note how the run ended."""
        with self._surviving():
            self._store.finish(run_id, status)

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        if self.failed:
            return
        try:
            yield
        except StoreError as error:
            self.failed = True
            self._errors.print(
                f"simulator: {error}; going on without the database",
                style="yellow",
                highlight=False,
                markup=False,
            )
