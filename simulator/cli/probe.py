"""`simulator probe`."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from mockserver.units import parse_duration
from simulator.cli import exits
from simulator.cli.again import Given, reproducing
from simulator.cli.ci import annotate, of_probe
from simulator.cli.shown import Shown, show_as
from simulator.environment.shadowing import is_standard, never_found, standard_names
from simulator.experiment.folders import import_path
from simulator.probe.diagnosis import conclude
from simulator.probe.expect import ConditionError, Judged, ProbeCondition, judge, parse
from simulator.probe.figures import figures_of
from simulator.probe.inputs import InputError, find_pages, generate_page
from simulator.probe.measure import Budget, measure
from simulator.probe.report import build
from simulator.probe.result import ProbeResult, to_json
from simulator.probe.summary import build_summary
from simulator.probe.worker import Target
from simulator.runner.driver_process import DriverError, default_python


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    target: str
    inputs: tuple[Path, ...]
    python: str | None
    shown: Shown
    expect: tuple[str, ...]
    time_limit: str = "2m"


def probe_target(options: Options, budget: Budget | None = None) -> int:
    """Measure, show, and return the exit code. Raises Stop."""
    conditions = _conditions(options.expect)
    limit_s = _limit_s(options.time_limit)
    options.shown.check()
    progress = Console(stderr=True, highlight=False)
    try:
        result = _measured(options, budget or Budget(), progress, limit_s)
    except KeyboardInterrupt:
        raise exits.Stop(exits.INTERRUPTED, "interrupted; nothing of a probe is kept") from None
    judged = [judge(condition, result.measured) for condition in conditions]
    _show(result, judged, options)
    return exit_code(judged)


def _show(result: ProbeResult, judged: Sequence[Judged], options: Options) -> None:
    """Show and write it. Raises Stop: something cannot be written."""
    suite = of_probe(options.target, judged)
    show_as(
        options.shown,
        document=lambda: to_json(result),
        suite=lambda: suite,
        figures=figures_of(result.measured),
        summary=lambda: build_summary(result, judged, _again(options)),
        report=lambda: build(result, judged),
    )
    annotate(suite)


def _again(options: Options) -> str:
    """Return the command that probes the same again."""
    more = [options.target, *(word for one in options.expect for word in ("--expect", one))]
    more += [word for path in options.inputs for word in ("--pages-from", str(path))]
    more += ["--time-limit", options.time_limit]
    return reproducing(Given(None, (), options.python), {}, "probe", more)


def _conditions(texts: Sequence[str]) -> list[ProbeCondition]:
    try:
        return [parse(text) for text in texts]
    except ConditionError as error:
        exits.usage(str(error))


def _limit_s(text: str) -> float:
    try:
        limit_s = parse_duration(text) / 1e9
    except ValueError as error:
        exits.usage(f"--time-limit: {error}")
    if limit_s <= 0:
        exits.usage("--time-limit: 0 leaves no time for anything; write one like 2m")
    return limit_s


def _measured(options: Options, budget: Budget, progress: Console, limit_s: float) -> ProbeResult:
    with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder:
        try:
            given = find_pages(options.inputs)
        except InputError as error:
            exits.usage(str(error))
        pages = given or (generate_page(Path(folder), options.target),)
        folders = import_path(None)
        if ":" in options.target and (same := standard_names(folders)):
            if (one := is_standard(options.target, same)) is not None:
                exits.usage(
                    f"{options.target} names Python's own module {one.module}, not {one.path}; rename the file"
                )
            progress.print(f"simulator: {never_found(same)}", style="yellow", markup=False, soft_wrap=True)
        target = Target(options.target, pages, folders)
        python = options.python or default_python()
        try:
            say = lambda step: progress.print(f"{step} …", style="dim")  # noqa: E731 - one line, used once
            return conclude(measure(target, python, budget, say, time_limit_s=limit_s))
        except DriverError as error:
            code = exits.USAGE if error.status == "unsupported" else exits.FAILED
            raise exits.Stop(code, f"{options.target}: {error.reason}") from error


def exit_code(judged: Sequence[Judged]) -> int:
    """Return what the conditions come to: one that does not hold outweighs one that is undecided."""
    verdicts = {one.verdict for one in judged}
    if "not held" in verdicts:
        return exits.NOT_HELD
    return exits.UNDECIDED if "undecided" in verdicts else exits.OK
