"""`simulator compare`: did it get slower?"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from simulator.analysis.circumstances import differences
from simulator.analysis.comparison import compare_runs
from simulator.cli import exits
from simulator.cli.output import check_writable, write_text
from simulator.cli.references import find_run
from simulator.measures.measure import Measure
from simulator.measures.registry import MEASURES, unknown
from simulator.report.terminal.render import render
from simulator.report.view.comparison import build_comparison
from simulator.result.comparison import Comparison, comparison_json, decided, regressions
from simulator.result.measured import MeasuredRun, measured_of


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    a: str
    b: str
    metric: str
    tolerance: str
    across: bool
    json: str | None
    store: Path | None


def compare(options: Options) -> int:
    """Compare two runs and show it; returns the exit code. Raises Stop for what the user gave wrong."""
    metric, tolerance = find_metric(options.metric), parse_tolerance(options.tolerance)
    if options.json is not None:
        check_writable(options.json)
    a, b = (measured_of(find_run(reference, options.store)) for reference in (options.a, options.b))
    across = differences(a, b)
    if across and not options.across:
        listed = "\n".join(f"  {difference}" for difference in across)
        exits.usage(
            f"{a.id} and {b.id} were measured on different machines or Pythons; --across compares them all the"
            f" same:\n{listed}"
        )
    check_matching(a, b)
    comparison = compare_runs(a, b, metric, tolerance, across)
    if options.json is not None:
        write_text(comparison_json(comparison) + "\n", options.json)
    render(build_comparison(comparison), Console(stderr=options.json == "-", highlight=False))
    return verdict_of(comparison)


def verdict_of(comparison: Comparison) -> int:
    """Return the exit code: 99 for a regression, 98 where nothing could be compared."""
    if regressions(comparison):
        return exits.NOT_HELD
    return exits.OK if decided(comparison) else exits.NOTHING_VALID


def find_metric(name: str) -> Measure:
    """Return the measure of this name. Raises Stop."""
    if name not in MEASURES:
        exits.usage(f"--metric {name}: {unknown(name, MEASURES)}")
    return MEASURES[name]


def parse_tolerance(text: str) -> float:
    """Return a percentage as a share: `5%` is 0.05. Raises Stop."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%", text.strip())
    share = float(match[1]) / 100 if match else math.inf
    if share >= 1:
        exits.usage(f"--tolerance {text}: write a percentage from 0% to below 100%, as in 5%")
    return share


def check_matching(a: MeasuredRun, b: MeasuredRun) -> None:
    """Make sure that there is something to compare. Raises Stop."""
    if not {cell.id for cell in a.cells} & {cell.id for cell in b.cells}:
        exits.usage(
            f"{a.id} ({a.name}) and {b.id} ({b.name}) have no cell in common: cells are the same when all their"
            " factors are (strategy, in_flight, case and what `vary` lists)"
        )
