"""`simulator validate`, `init` and `schema`: everything about scenarios but running them."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator import environment
from simulator.cli import exits
from simulator.cli.run import find_python
from simulator.experiment.folders import import_path, look_through
from simulator.experiment.launch import find
from simulator.experiment.possible import possible
from simulator.experiment.preparation import foresee
from simulator.result.comparison import comparison_schema
from simulator.result.document import result_schema
from simulator.result.predictions import prediction_schema
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load
from simulator.scenario.model import Scenario
from simulator.scenario.problem import ScenarioError
from simulator.scenario.schema import scenario_schema
from simulator.scenario.template import LATENCY, PARSER, render
from simulator.schedule.sizing import BudgetError
from simulator.text.numbers import clock, number
from simulator.text.words import listed, names

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "scenario": scenario_schema,
    "result": result_schema,
    "comparison": comparison_schema,
    "prediction": prediction_schema,
}


def validate_files(files: Sequence[Path], overrides: tuple[str, ...], python: str | None) -> int:
    """Check each file, for the interpreter that is to run it; print every problem of every file. Raises Stop."""
    wrong = 0
    for file in files:
        try:
            scenario = load(file, overrides=overrides, environ=os.environ)
        except ScenarioError as error:
            wrong += 1
            sys.stderr.write(f"{error}\n")
            continue
        interpreter = find_python(python, scenario)
        _, missing = find(scenario, interpreter)
        cells = possible(
            expand(
                scenario,
                environment.usable_cores(),
                usable_cpus=environment.usable_cpus(),
                missing_runtimes=missing,
            ),
            import_path(scenario.source_dir),
        )
        try:
            remark = look_through(scenario, cells, interpreter)
        except ScenarioError as error:
            wrong += 1
            sys.stderr.write(f"{error}\n")
            continue
        sys.stdout.write(f"{file}: ok, {len(cells)} cells × {scenario.rounds} rounds\n")
        if remark is not None:
            sys.stdout.write(f"{file}: note: {remark}\n")
        for note in _lengths(scenario, cells):
            sys.stdout.write(f"{file}: note: {note}\n")
        for reason in missing.values():
            sys.stdout.write(f"{file}: note: {reason}\n")
        for cell in cells:
            if cell.unsupported is not None and cell.runtime not in missing:
                sys.stdout.write(f"{file}: {cell.id} will be left out: {cell.unsupported}\n")
    return exits.USAGE if wrong else exits.OK


def _lengths(scenario: Scenario, cells: Sequence[Cell]) -> Iterator[str]:
    """Say which cells cannot count, and how long those will be that are sized when they are run."""
    try:
        known = foresee(scenario, cells, environment.usable_cores())
    except BudgetError:
        return  # what jobs cost decides
    for reason in dict.fromkeys(known.refused.values()):
        some = [cell_id for cell_id, why in known.refused.items() if why == reason]
        yield f"{names(some)} will be invalid: {reason}"
    jobs = [
        known.sizes[cell.id].pages or 0
        for cell in cells
        if cell.id in known.sizes and cell.job.counted is None and cell.job.duration_ns is None
    ]
    if jobs and scenario.budget_ns is None:
        range_ = number(min(jobs)) if len(set(jobs)) == 1 else f"{number(min(jobs))} to {number(max(jobs))}"
        all_s = scenario.rounds * sum(size.total_s for size in known.sizes.values())
        yield (
            f"pages: auto: perhaps {range_} jobs a repetition, {clock(all_s)} in all; run --dry-run calibrates and says"
        )


def write_template(
    name: str,
    *,
    parser: str | None,
    pages: Path | None,
    latency: str | None,
    client: str | None,
    force: bool,
) -> int:
    """Write NAME.yaml. Raises Stop."""
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if path.exists() and not force:
        exits.usage(f"{path} exists; choose another name, or overwrite it with --force")
    try:
        text = render(
            path.stem,
            parser=parser or PARSER,
            pages=None if pages is None else str(pages),
            latency=latency or LATENCY,
            client=client,
        )
    except ScenarioError as error:
        exits.usage(str(error))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        exits.usage(f"{path} cannot be written: {error.strerror}")
    program = sys.argv[0] if sys.argv[0].endswith("simulator") else "simulator"
    sys.stdout.write(
        f"{path} is written; run it with\n  {shlex.quote(program)} run {shlex.quote(str(path))}\n"
    )
    return exits.OK


def print_schema(kind: str) -> int:
    """Print one JSON Schema. Raises Stop."""
    if kind not in SCHEMAS:
        exits.usage(f"schema {kind}: there are schemas of {listed([*SCHEMAS])}")
    sys.stdout.write(json.dumps(SCHEMAS[kind](), indent=1, ensure_ascii=False) + "\n")
    return exits.OK
