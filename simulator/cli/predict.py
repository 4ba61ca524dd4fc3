"""`simulator predict`: what every cell would do, and what would be with other machines, jobs or numbers in flight."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from simulator.analysis.foreseeing import foreseen
from simulator.analysis.predicting import predicted
from simulator.analysis.rules_of_thumb import rules
from simulator.analysis.situations import situations
from simulator.analysis.what_if.answers import what_if
from simulator.analysis.what_if.asked import AskedChanges, changes_of
from simulator.analysis.what_if.change import Change
from simulator.analysis.what_if.parsing import ChangeError
from simulator.cli import exits
from simulator.cli.again import reproducing
from simulator.cli.measuring import Options, carry_out, handlers_for, stopped_by_signals, warn
from simulator.cli.output import check_writable, write_text
from simulator.cli.references import document_of, find_run
from simulator.cli.run import find_python, load_scenario, mistakes_of
from simulator.experiment import calibrating
from simulator.experiment.checking import checked, drawn
from simulator.experiment.design import Design, design
from simulator.report.terminal.render import render
from simulator.report.view.parts import Verdict
from simulator.report.view.predicted.build import build_prediction
from simulator.result.document import ResultDocument
from simulator.result.predictions import PredictionDocument, prediction_json
from simulator.runner.servers import ServerError
from simulator.runner.stop import Stopped
from simulator.scenario.named import shipped
from simulator.schedule.sizing import BudgetError


@dataclass(frozen=True)
class PredictOptions:
    """What the command line says beside what `run` takes."""

    what: str
    """A scenario, or a RUN."""
    asked: AskedChanges
    check: bool
    json: str | None
    tables: bool
    quiet: bool


def predict(options: Options, wanted: PredictOptions) -> int:
    """Predict and show; returns the exit code. Raises Stop for what the user gave wrong."""
    if wanted.json is not None:
        check_writable(wanted.json)
    if not is_scenario(wanted.what):
        return _of_run(options, wanted)
    return _of_scenario(replace(options, file=Path(wanted.what)), wanted)


def is_scenario(what: str) -> bool:
    """Whether this is meant to be a scenario: a file that is no document, or a shipped one's name; else it is a RUN."""
    return (
        what.endswith((".yaml", ".yml"))
        or what in shipped()
        or (Path(what).exists() and not what.endswith(".json"))
    )


def _of_run(options: Options, wanted: PredictOptions) -> int:
    if given := _of_scenarios_only(options, wanted):
        exits.usage(f"{wanted.what} is taken for a run, and {given} is for a scenario; leave it out")
    document = document_of(find_run(wanted.what, options.store))
    if "tune" in document.scenario:
        exits.usage(f"{wanted.what} is a search; predict its scenario, or a run of it")
    return _finish(_foreseen(predicted(document), wanted, document.id), wanted)


def _of_scenarios_only(options: Options, wanted: PredictOptions) -> str | None:
    """Return an option that was given and says nothing of a run."""
    given = {
        "--check": wanted.check,
        "--set": options.overrides,
        "--case": options.asked.cases,
        "--strategy": options.asked.strategies,
    }
    return next((option for option, value in given.items() if value), None)


def _of_scenario(options: Options, wanted: PredictOptions) -> int:
    scenario = load_scenario(options)
    python = find_python(options.python, scenario)
    with mistakes_of(options.file):
        more = ("--check",) if wanted.check else ()
        command = reproducing(options.given, os.environ, "predict", more)
        planned = design(scenario, python=python, command=command)
    _changes(wanted, planned.header.scenario)  # before anything takes time
    try:
        document = _calibrated(planned, quiet=wanted.quiet)
    except Stopped:
        return exits.INTERRUPTED
    found, code = _foreseen(document, wanted, None), exits.OK
    if wanted.check and found.findings:
        code, found = _checked(planned, options, found)
    shown = _finish(found, wanted)
    return code or shown


def _calibrated(planned: Design, *, quiet: bool) -> ResultDocument:
    """Calibrate every different job; returns the document with what is predicted. Raises Stop and Stopped."""
    errors = Console(stderr=True, soft_wrap=True)
    handlers, terminal = handlers_for(None, quiet=quiet)
    if planned.remark is not None:
        warn(errors, planned.remark)
    experiment = calibrating.calibrating(planned, handlers)
    try:
        with stopped_by_signals(experiment.stop):
            prepared = experiment.dry_run()
    except (ServerError, BudgetError) as error:
        exits.usage(str(error))
    for remark in terminal.remarks:
        warn(errors, remark)
    return predicted(calibrating.document_of(planned, prepared))


def _foreseen(document: ResultDocument, wanted: PredictOptions, run: str | None) -> PredictionDocument:
    known = situations(document)
    found = foreseen(document, {id_: one.demands for id_, one in known.items()}, run)
    changes = what_if(document, known, _changes(wanted, document.scenario))
    return replace(found, changes=changes, rules=rules(document, known))


def _changes(wanted: PredictOptions, scenario: Mapping[str, Any]) -> tuple[Change, ...]:
    try:
        return changes_of(wanted.asked, scenario)
    except ChangeError as error:
        exits.usage(str(error))


def _checked(planned: Design, options: Options, found: PredictionDocument) -> tuple[int, PredictionDocument]:
    """Measure some of the cells; returns the exit code of that, and the prediction with what was measured."""
    predictions = {cell.id: cell.predicted for cell in found.cells if cell.predicted is not None}
    outcome = carry_out(drawn(planned, [*predictions]), options, shown=False)
    failed = any(cell.status == "failed" for cell in outcome.document.cells)
    code = outcome.code or (exits.FAILED if failed else exits.OK)
    return code, replace(found, check=checked(outcome.document, predictions))


def _finish(found: PredictionDocument, wanted: PredictOptions) -> int:
    """Show it, and return the exit code."""
    if wanted.json is not None:
        write_text(prediction_json(found) + "\n", wanted.json)
    parts = build_prediction(found, all_tables=wanted.tables)
    if wanted.quiet:
        parts = tuple(part for part in parts if isinstance(part, Verdict))
    render(parts, Console(stderr=wanted.json == "-", highlight=False))
    if not found.findings:
        return exits.NOTHING_VALID
    if found.check is not None and found.check.median_error is None:
        return exits.NOTHING_VALID
    return exits.OK
