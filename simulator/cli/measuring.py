"""Carrying out a design: kept in the database, shown while it goes on, stopped by a signal."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from rich.console import Console

from simulator.cli import exits
from simulator.cli.again import Given
from simulator.cli.asked import Asked
from simulator.cli.event_lines import on_stderr, open_lines
from simulator.cli.output import write_document
from simulator.cli.progress import Terminal
from simulator.cli.references import check_name
from simulator.cli.show import show
from simulator.cli.wanted import Wanted
from simulator.environment import switches
from simulator.experiment.design import Design
from simulator.experiment.experiment import Experiment
from simulator.experiment.handlers import Handler
from simulator.experiment.resuming import NotTheSameError, resumed
from simulator.experiment.stored import InStore
from simulator.result.document import ResultDocument
from simulator.result.run import Run
from simulator.runner.servers import ServerError
from simulator.runner.stop import Stop, Stopped
from simulator.schedule.sizing import BudgetError
from simulator.spread.cluster import ClusterError
from simulator.spread.plan import Plan
from simulator.spread.plan import resumed as spread_again
from simulator.spread.spread import Spread
from simulator.store import RunNotFoundError, Store, StoreError, default_path


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    file: Path | None
    """Null: the options say what is measured."""
    asked: Asked
    overrides: tuple[str, ...]
    python: str | None
    server_url: str | None
    server_token: str | None
    store: Path | None
    wanted: Wanted
    server_ca: Path | None = None
    """The file of the certificate that the server is verified with."""
    rerun: bool = True
    """Do disturbed rounds again."""
    dry_run: bool = False
    resume: str | None = None
    """A RUN that was interrupted."""
    turns: bool = False
    """Watch one more repetition of each cell from outside: who ran when."""
    label: str | None = None
    """What a person calls the run."""
    note: str | None = None
    progress: str | None = None
    """Where what happens is written as it happens; null: to the terminal only."""
    scheduler: str | None = None
    """Of the cluster over whose machines it is spread; null: it is measured here."""

    @property
    def given(self) -> Given:
        """Return what decides what is measured."""
        return Given(
            file=self.file,
            overrides=self.overrides,
            python=self.python,
            server_url=self.server_url,
            rerun=self.rerun,
            asked=self.asked,
            server_ca=self.server_ca,
            scheduler=self.scheduler,
        )


@dataclass(frozen=True)
class Outcome:
    """What became of it."""

    code: int
    """0: it went to its end."""
    document: ResultDocument
    stored: bool
    """The database holds all of it."""


def carry_out(design: Design | Plan, options: Options, *, shown: bool = True) -> Outcome:
    """Measure, keep and show. Raises Stop: there is nothing to show, or it cannot be written.

    Args:
        design: what is measured.
        options: where it is kept, and as what it is shown.
        shown: show it; otherwise whoever calls does.
    """
    errors = Console(stderr=True, soft_wrap=True)
    _check_server_of(options)
    handlers, terminal = handlers_for(options.progress, quiet=options.wanted.quiet)
    check_label_of(options)
    design = replace(design, header=replace(design.header, label=options.label, note=options.note))
    for slowed in switches.warnings(os.environ):
        warn(errors, slowed)
    if design.remark is not None:
        warn(errors, design.remark)
    try:
        with Store.open(options.store or default_path(os.environ)) as opened:
            if options.resume is not None:
                design = _resumed(design, opened.load(opened.find(options.resume)))
            keeper = InStore(opened, lambda error: warn(errors, f"{error}; going on without the database"))
            experiment = (
                Experiment(design, keeper, handlers)
                if isinstance(design, Design)
                else Spread(design, keeper, handlers)
            )
            code, message = _measure(experiment)
            if code == exits.USAGE:
                _drop(design, opened, keeper)
                exits.usage(message)
    except (StoreError, RunNotFoundError) as error:
        exits.usage(str(error))
    except NotTheSameError as error:
        exits.usage(
            f"{error}\ngive the same file, --set and --python as before, or start a new run without --resume"
        )
    document = experiment.document()
    _tell(document, errors, terminal.remarks, kept=not keeper.failed)
    if shown:
        show(document, options.wanted, experiment.samples)
    if message:
        warn(errors, message, "red")
    return Outcome(code, document, stored=not keeper.failed)


def _tell(document: ResultDocument, errors: Console, remarks: Sequence[str], *, kept: bool) -> None:
    """Say what is no part of the report, and write the document where it can be, if the database did not take it."""
    if not kept:
        _rescue(document, errors)
    for remark in remarks:
        warn(errors, remark)


def _resumed(design: Design | Plan, earlier: Run) -> Design | Plan:
    """Return what goes on with a run. Raises NotTheSameError."""
    return resumed(design, earlier) if isinstance(design, Design) else spread_again(design, earlier)


def _drop(design: Design | Plan, store: Store, keeper: InStore) -> None:
    """Keep no run of which nothing was measured, and nothing can be."""
    if design.earlier is None and not keeper.failed:
        store.delete(design.header.id)


def warn(errors: Console, text: str, style: str = "yellow") -> None:
    """Say something that is not part of the report."""
    errors.print(f"simulator: {text}", style=style, highlight=False, markup=False)


def check_label_of(options: Options) -> None:
    """Make sure that the run can be called so. Raises Stop."""
    if options.resume is not None and (options.label or options.note):
        exits.usage("--resume goes on with a run that has its name and note; leave --name and --note out")
    check_name(options.label)


def handlers_for(progress: str | None, *, quiet: bool = False) -> tuple[Sequence[Handler], Terminal]:
    """Return who is told what happens, and which of them is the terminal. Raises Stop."""
    lines = open_lines(progress)
    terminal = Terminal(quiet=quiet or on_stderr(progress))
    return (terminal,) if lines is None else (lines, terminal), terminal


def _check_server_of(options: Options) -> None:
    if options.server_ca is not None and options.server_url is None:
        exits.usage(f"--server-ca {options.server_ca}: is of a server that runs already; add --server URL")


def _measure(experiment: Experiment | Spread) -> tuple[int, str]:
    """Run the experiment to its end, an error or an interruption; returns exit code and message (0, "": well)."""
    try:
        with stopped_by_signals(experiment.stop):
            experiment.run()
    except Stopped:
        return (
            exits.INTERRUPTED,
            "interrupted; what was measured until then is stored and shown, marked partial",
        )
    except BudgetError as error:
        return exits.USAGE, str(error)
    except (ServerError, ClusterError) as error:
        if not experiment.begun:
            exits.usage(str(error))
        return exits.FAILED, str(error)
    return exits.OK, ""


@contextmanager
def stopped_by_signals(stop: Stop, also: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let the first SIGINT, SIGTERM or SIGHUP ask for the stop; what comes while cleaning up is ignored.

    Args:
        stop: what is asked for.
        also: called then, to wake who cannot look at that.
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def ask(_number: int, _frame: FrameType | None) -> None:
        # Not SIG_IGN: what is started while this ends would inherit that, and a driver has to end by SIGTERM.
        for number in numbers:
            signal.signal(number, lambda *_: None)
        stop.set()
        also()

    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _rescue(document: ResultDocument, errors: Console) -> None:
    """Write the result document where there is room, since the database did not take it."""
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        path = folder / f"simulator-{document.id}.json"
        try:
            write_document(document, str(path))
        except exits.Stop:
            continue
        errors.print(f"the result document is in {path}; simulator report {path} shows it", highlight=False)
        return
