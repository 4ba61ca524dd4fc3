"""`simulator compare --revisions A..B SCENARIO`: two revisions of a package, measured side by side in one run."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from simulator.analysis.side_by_side import compare_levels
from simulator.cli import exits
from simulator.cli.again import reproducing
from simulator.cli.compared import find_metric, parse_tolerance, show_comparison
from simulator.cli.measuring import Options, carry_out, stopped_by_signals, warn
from simulator.cli.run import find_python, load_scenario, mistakes_of, verdict_of
from simulator.cli.shown import Shown
from simulator.environment.machine import usable_cores
from simulator.experiment.design import design
from simulator.experiment.folders import import_path
from simulator.measures.factors import RUNTIME
from simulator.result.comparison import ComparedRun
from simulator.result.document import ResultDocument
from simulator.result.measured import measured_of
from simulator.runner.scratch import scratch
from simulator.runner.stop import Stop, Stopped
from simulator.runtimes.environments import Environments, shipped_constraints
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import ask
from simulator.runtimes.installed import check_installed, search_last
from simulator.runtimes.location import Places, is_path, locate_all
from simulator.runtimes.requirements import needs
from simulator.runtimes.revisions import Repository, Revision, RevisionError
from simulator.scenario.cells import expand
from simulator.scenario.runtimes import CURRENT
from simulator.text.words import listed


@dataclass(frozen=True)
class Comparing:
    """What the command line says of the revisions."""

    revisions: str
    """`A..B`, as git has it."""
    package: Path
    """The folder of the project, in a git repository."""
    metric: str
    tolerance: str


@dataclass(frozen=True)
class _Made:
    """A revision that can be measured."""

    revision: Revision
    python: str
    """Of the environment that has it."""


def compare_revisions(options: Options, wanted: Comparing, shown: Shown) -> int:
    """Measure two revisions side by side and compare them; returns the exit code. Raises Stop."""
    metric, tolerance = find_metric(wanted.metric), parse_tolerance(wanted.tolerance)
    shown.check()
    base = _base(options, wanted.package)
    errors, stop = Console(stderr=True, soft_wrap=True), Stop()
    try:
        with scratch() as folder:
            with stopped_by_signals(stop):
                pair = _made(options, wanted, base, folder, errors, stop)
            stop.check()  # else what was asked for while nobody looked would be forgotten
            document, code = _measured(options, wanted, pair)
    except Stopped:
        raise exits.Stop(exits.INTERRUPTED, "interrupted; nothing was measured") from None
    name = str(document.scenario["name"])
    a, b = (ComparedRun(one.revision.name, name, document.started_at, one.revision.commit) for one in pair)
    comparison = compare_levels(measured_of(document), RUNTIME, a, b, metric, tolerance)
    judged = show_comparison(comparison, shown)
    failed = exits.FAILED if verdict_of(document) == exits.FAILED else exits.OK
    return code or failed or judged


@dataclass(frozen=True)
class _Base:
    """What both revisions are installed with."""

    python: str
    requirements: tuple[str, ...]
    """What the scenario's runtime needs beside client and parser."""


def _base(options: Options, package: Path) -> _Base:
    """Return the scenario's one Python, and what it has beside the project. Raises Stop."""
    scenario = load_scenario(replace(options, overrides=(*options.overrides, "expect=[]")))
    if len(scenario.runtimes) > 1:
        names = listed([runtime.level for runtime in scenario.runtimes])
        exits.usage(
            f"{scenario.name} lists the runtimes {names}, and revisions are compared on one Python; give for example"
            f" --set 'runtimes=[{scenario.runtimes[0].level}]'"
        )
    if scenario.runtimes and scenario.runtimes[0].python != CURRENT:
        exits.usage(
            f"{scenario.name} is for the runtime {scenario.runtimes[0].level}; name its Python with --python, and give"
            " --set 'runtimes=[]'"
        )
    python = find_python(options.python, scenario)
    here, _ = locate_all(scenario.runtimes, Places(python, scenario.source_dir or Path.cwd()))
    wanted = [text for one in here.values() for text in one.requirements if text != str(package.resolve())]
    for text in filter(is_path, wanted):
        exits.usage(
            f"{scenario.name} is to have {text} installed, which is in no revision; of paths only that of --package can"
            " be: name the others by what an index calls them, or give --set 'runtimes=[]'"
        )
    return _Base(python, tuple(wanted))


def _made(
    options: Options, wanted: Comparing, base: _Base, folder: Path, errors: Console, stop: Stop
) -> tuple[_Made, _Made]:
    """Return both revisions, each in an environment of its own in the folder. Raises Stop, Stopped."""
    try:
        repository = Repository.of(wanted.package, stop)
        pair = repository.pair(wanted.revisions)
        if repository.changed:
            warn(errors, f"{wanted.package} has changes that are in no commit: they are not measured")
        pythons = _of_pythons(options, {one.name: CURRENT for one in pair})
        scenario = load_scenario(replace(options, overrides=pythons))
        environments = Environments(folder, shipped_constraints())
        facts = ask(base.python, stop)
        if facts.needs_portable_driver:
            exits.usage(
                f"{facts.label} has no environments; compare revisions on CPython 3.11 or later, or PyPy"
            )
        library = {package for cell in expand(scenario, usable_cores()) for package in needs(cell)}
        found, projects = [], []
        for number, revision in enumerate(pair):
            errors.print(f"making an environment for {revision.name} ({revision.short}) …", style="dim")
            project = repository.check_out(revision, folder / f"revision-{number}")
            with _about(revision):
                made = environments.python(
                    base.python,
                    facts,
                    (*sorted(library), *base.requirements, str(project)),
                    lambda: None,
                    stop,
                )
                search_last(made, import_path(scenario.source_dir))
                modules = check_installed(made, project, stop)
            found.append(_Made(revision, made))
            projects.append((project, modules))
        for one, (project, _), (_, modules) in zip(found, projects, reversed(projects), strict=True):
            with _about(one.revision):
                check_installed(one.python, project, stop, also=modules)
    except (RevisionError, RuntimeUnavailableError) as error:
        exits.usage(str(error))
    return found[0], found[1]


@contextmanager
def _about(revision: Revision) -> Iterator[None]:
    """Say of which revision something is that went wrong. Raises Stop."""
    try:
        yield
    except RuntimeUnavailableError as error:
        exits.usage(f"revision {revision.name} ({revision.short}): {error}")


def _measured(options: Options, wanted: Comparing, pair: Sequence[_Made]) -> tuple[ResultDocument, int]:
    """Return what was measured, and 0 or how it ended before its end. Raises Stop."""
    pythons = {one.revision.name: one.python for one in pair}
    whole = replace(options, overrides=_of_pythons(options, pythons))
    more = ("--revisions", wanted.revisions, "--package", str(wanted.package))
    with mistakes_of(options.file):
        planned = design(
            load_scenario(whole),
            python=pair[0].python,
            command=reproducing(options.given, os.environ, "compare", more),
        )
    # The environments look there by themselves, after what is installed: a folder with the package would win.
    outcome = carry_out(replace(planned, import_path=()), whole, shown=False)
    return outcome.document, outcome.code


def _of_pythons(options: Options, pythons: Mapping[str, str]) -> tuple[str, ...]:
    """Return the settings that make of a scenario one whose runtimes are these."""
    runtimes = [{"name": name, "python": python} for name, python in pythons.items()]
    # Expectations speak of cells without revisions, and new parse costs would be of one of them.
    return (
        *options.overrides,
        "expect=[]",
        f"runtimes={json.dumps(runtimes)}",
        f"contrast={RUNTIME}",
        "refine=false",
    )
