"""Cells that were predicted and then measured."""

from simulator.analysis.combinations import named
from simulator.measures.factors import IN_FLIGHT
from simulator.report.view.parts import Column, Table
from simulator.report.view.predicted.titles import reach
from simulator.result.predictions import Check, Checked
from simulator.text.numbers import NONE, factor, ms, number, share
from simulator.text.words import counted

COLUMNS = (
    Column("cell", "", "strategy, and the levels of its other factors", numeric=False),
    Column("predicted", "/s", "pages/s"),
    Column("90 %", "", "band of that"),
    Column("measured", "/s", "pages/s: median over the rounds"),
    Column("of predicted", "×", "measured over predicted"),
    Column("inside", "", "the band", numeric=False),
)
RESPONSES = (
    COLUMNS[0],
    Column("of", "", "the highest percentile that was measured", numeric=False),
    Column("predicted", "ms", "response time from the planned start"),
    Column("90 %", "", "band of that"),
    Column("measured", "ms", "of the pooled samples"),
    *COLUMNS[4:],
)


def check_tables(check: Check) -> tuple[Table, ...]:
    """Return the tables of what was measured beside what was predicted."""
    responses = tuple(
        (
            _name(each),
            found.percentile,
            ms(found.predicted_s.median),
            f"{ms(found.predicted_s.low)}–{ms(found.predicted_s.high)}",
            ms(found.measured_s),
            factor(found.of_predicted),
            "yes" if found.inside else "no",
        )
        for each in check.cells
        if (found := each.response) is not None
    )
    title = "Response times beside predicted: jobs come by themselves"
    return (_throughputs(check), *([Table(title, RESPONSES, responses, (), ())] if responses else []))


def _name(each: Checked) -> str:
    levels = (named(path, str(level)) for path, level in each.levels.items() if path != IN_FLIGHT)
    return ", ".join([each.strategy, *levels, f"{each.levels.get(IN_FLIGHT)} in flight"])


def _throughputs(check: Check) -> Table:
    rows = tuple(
        (
            _name(each),
            number(each.predicted_per_s.median),
            reach(each.predicted_per_s),
            NONE if each.measured_per_s is None else number(each.measured_per_s.median),
            factor(each.of_predicted),
            NONE if each.inside is None else "yes" if each.inside else "no",
        )
        for each in check.cells
    )
    notes = tuple(
        f"{each.strategy}: {text}"
        for each in check.cells
        for text in ((each.reason,) if each.reason else each.warnings)
    )
    return Table("Measured beside predicted", COLUMNS, rows, notes, ())


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
