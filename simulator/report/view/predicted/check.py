"""Cells that were predicted and then measured."""

from simulator.analysis.combinations import named
from simulator.measures.factors import IN_FLIGHT
from simulator.report.view.parts import Column, Table
from simulator.report.view.predicted.titles import reach
from simulator.result.predictions import Check
from simulator.text.numbers import NONE, factor, number, share
from simulator.text.words import counted

COLUMNS = (
    Column("cell", "", "strategy, and the levels of its other factors", numeric=False),
    Column("predicted", "/s", "pages/s"),
    Column("90 %", "", "band of that"),
    Column("measured", "/s", "pages/s: median over the rounds"),
    Column("of predicted", "×", "measured over predicted"),
    Column("inside", "", "the band", numeric=False),
)


def check_table(check: Check) -> Table:
    """Return the table of what was measured beside what was predicted."""
    rows = []
    for each in check.cells:
        levels = (named(path, str(level)) for path, level in each.levels.items() if path != IN_FLIGHT)
        flight = each.levels.get(IN_FLIGHT)
        rows.append(
            (
                ", ".join([each.strategy, *levels, f"{flight} in flight"]),
                number(each.predicted_per_s.median),
                reach(each.predicted_per_s),
                NONE if each.measured_per_s is None else number(each.measured_per_s.median),
                factor(each.of_predicted),
                NONE if each.inside is None else "yes" if each.inside else "no",
            )
        )
    notes = tuple(
        f"{each.strategy}: {text}"
        for each in check.cells
        for text in ((each.reason,) if each.reason else each.warnings)
    )
    return Table("Measured beside predicted", COLUMNS, tuple(rows), notes, ())


def checked(check: Check) -> str:
    """Say how far off the predictions were."""
    known = [each for each in check.cells if each.inside is not None]
    if not known or check.median_error is None:
        return f"Checked: none of {counted(len(check.cells), 'cell')} gave a valid number."
    inside = sum(each.inside is True for each in known)
    return (
        f"Checked: {len(known)} of {counted(check.of, 'cell')} measured (run {check.run}); the median error is"
        f" {share(check.median_error)}, and {inside} of {len(known)} lie inside the band."
    )
