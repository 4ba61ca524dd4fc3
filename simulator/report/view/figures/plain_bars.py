"""A bar for each strategy's value of one measure, of which no interval is known."""

from dataclasses import dataclass
from functools import partial

from simulator.analysis.combinations import Combination
from simulator.measures.registry import MEASURES
from simulator.report.view.columns import STRATEGY, measured, over_rounds, starred, with_symbol, written
from simulator.report.view.figure import Axis, Bar, Bars
from simulator.report.view.figures.drawn import Chart, Picture, compared, having, missing, ok, tone, unknown
from simulator.report.view.figures.wording import ALIKE, spread
from simulator.result.document import ResultDocument
from simulator.text.numbers import factor


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


PLAIN = (
    PlainBars(
        "memory",
        title="Memory",
        question="How much memory does each strategy take?",
        sentence="The job takes",
        lacking="its memory cannot be read here",
        note="An upper estimate of the peak: what processes share is counted once, as far as the system tells.",
    ),
    PlainBars(
        "startup",
        title="Start-up",
        question="How long does it take until every worker is ready?",
        sentence="Until every worker is up it takes",
        lacking="its start-up is not known",
        note="Start-up is not part of the makespan, so throughput and speed-up do not pay for it.",
    ),
)
"""In the order in which they are read."""


def _chart(plain: PlainBars) -> Chart:
    return Chart(plain.measure, plain.title, plain.question, partial(_picture, plain), (plain.note,))


def _picture(plain: PlainBars, group: Combination, _: ResultDocument) -> Picture | None:
    measure = MEASURES[plain.measure]
    shown = measured(plain.measure, over_rounds(plain.measure), heading=plain.title.lower())
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
            tuple(Bar(measure.unit.of(value), tone=tone(cell)) for cell, value in known),
            Axis(shown.column.name, shown.column.unit),
        ),
        sentence + ".",
        (STRATEGY, shown.column),
        tuple((starred(cell), shown.text(cell)) for cell, _ in known),
        (*missing(group.cells), *unknown(lacking, plain.lacking)),
    )


CHARTS = tuple(map(_chart, PLAIN))
