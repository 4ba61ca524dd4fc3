"""A bar for each strategy's value of one measure over rounds that are not compared one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from simulator.analysis.combinations import Combination
from simulator.measures.registry import MEASURES
from simulator.report.view.columns import (
    WHO,
    Shown,
    columns_of,
    measured,
    over_rounds,
    row_of,
    starred,
    with_symbol,
    written,
)
from simulator.report.view.figure import Axis, Bar, Bars
from simulator.report.view.figures.drawn import Chart, Picture, compared, having, missing, ok, tone, unknown
from simulator.report.view.figures.wording import ALIKE, spread
from simulator.report.view.parts import Column
from simulator.result.document import CellResult, ResultDocument
from simulator.stats.intervals import Interval
from simulator.text.numbers import factor

WHISKERS = "Bars are medians over the rounds, whiskers 95 % intervals; with fewer than 3 rounds the range."


@dataclass(frozen=True)
class PlainBars:
    """A measure that has a figure of its own, and what is said of it there."""

    measure: str
    title: str
    question: str
    sentence: str
    """Begins the summary; from where to where the values reach follows."""
    lacking: str
    """Why a strategy has none."""
    note: str
    interval: Callable[[CellResult], Interval | None]


PLAIN = (
    PlainBars(
        "memory",
        title="Memory",
        question="How much memory does each strategy take?",
        sentence="The job takes",
        lacking="its memory cannot be read here",
        note="An upper estimate of the peak: what processes share is counted once, as far as the system tells.",
        interval=lambda cell: cell.memory_interval_bytes,
    ),
    PlainBars(
        "startup",
        title="Start-up",
        question="How long does it take until every worker is ready?",
        sentence="Until every worker is up it takes",
        lacking="its start-up is not known",
        note="Start-up is not part of the makespan, so throughput and speed-up do not pay for it.",
        interval=lambda cell: cell.startup_interval_s,
    ),
)
"""In the order in which they are read."""


def _chart(plain: PlainBars) -> Chart:
    return Chart(plain.measure, plain.title, plain.question, partial(_picture, plain), (plain.note, WHISKERS))


def _picture(plain: PlainBars, group: Combination, _: ResultDocument) -> Picture | None:
    measure = MEASURES[plain.measure]
    shown = measured(plain.measure, over_rounds(plain.measure), heading=plain.title.lower())
    table = (shown, *(_end(plain, shown, which) for which in ("low", "high")))
    known = having(group.cells, measure.of_cell)
    if not known:
        return None
    value_of = {cell.id: value for cell, value in known}
    told = [(starred(cell), value_of[cell.id]) for cell in compared([cell for cell, _ in known])]
    sentence = f"{plain.sentence} {spread(told, lambda value: with_symbol(value, measure))}"
    least, most = min(value for _, value in told), max(value for _, value in told)
    if least > 0 and most >= ALIKE * least and written(least, measure.unit) != written(most, measure.unit):
        sentence += f", {factor(most / least)} times as much"
    lacking = [cell for cell in ok(group.cells) if cell.id not in value_of]
    return Picture(
        Bars(
            tuple(starred(cell) for cell, _ in known),
            tuple(_bar(plain, cell, value) for cell, value in known),
            Axis(shown.column.name, shown.column.unit),
        ),
        sentence + ".",
        columns_of((WHO, *table)),
        tuple(row_of((WHO, *table), cell) for cell, _ in known),
        (*missing(group.cells), *unknown(lacking, plain.lacking)),
    )


def _bar(plain: PlainBars, cell: CellResult, value: float) -> Bar:
    unit, found = MEASURES[plain.measure].unit, plain.interval(cell)
    if found is None:
        return Bar(unit.of(value), tone=tone(cell))
    return Bar(unit.of(value), unit.of(min(found.low, value)), unit.of(max(found.high, value)), tone(cell))


def _end(plain: PlainBars, shown: Shown, which: Literal["low", "high"]) -> Shown:
    return Shown(
        Column(which, shown.column.unit, "of the 95 % interval; with fewer than 3 rounds of the range"),
        lambda cell: written(getattr(plain.interval(cell), which, None), MEASURES[plain.measure].unit),
    )


CHARTS = tuple(map(_chart, PLAIN))
