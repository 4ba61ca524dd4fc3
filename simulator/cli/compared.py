"""What every comparison is shown as, whether of two runs or of two revisions: the report, files, and how it ends."""

import math
import re

from simulator.cli import exits
from simulator.cli.ci import annotate, of_comparison
from simulator.cli.shown import Shown, show_as
from simulator.export import figures
from simulator.measures.measure import Measure
from simulator.measures.registry import MEASURES, unknown
from simulator.report.view.comparison import build_comparison, summary_of
from simulator.result.comparison import Comparison, comparison_json, decided, regressions


def show_comparison(comparison: Comparison, shown: Shown) -> int:
    """Show and write it; returns the exit code. Raises Stop: something cannot be written."""
    suite = of_comparison(comparison)
    show_as(
        shown,
        document=lambda: comparison_json(comparison),
        suite=lambda: suite,
        figures=figures.of_comparison(comparison),
        summary=lambda: summary_of(comparison),
        report=lambda: build_comparison(comparison),
    )
    annotate(suite)
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
