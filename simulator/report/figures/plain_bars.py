"""A bar for each strategy's value of one measure, of which no interval is known."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.report.combinations import Combination, combinations
from simulator.report.figure import Axis, Bar, Bars, Figure, Panel
from simulator.report.figures.drawn import (
    STRATEGY,
    compared,
    made,
    missing,
    ok,
    starred,
    tone,
    unknown,
)
from simulator.report.figures.wording import ALIKE, spread
from simulator.report.parts import Column, Table
from simulator.result.document import CellResult, ResultDocument


@dataclass(frozen=True)
class Measure:
    """One measure and what is said of it."""

    id: str
    title: str
    question: str
    column: Column
    """Its unit is the one in which it is drawn."""
    value: Callable[[CellResult], float | None]
    text: Callable[[float], str]
    sentence: str
    """Begins the summary; from where to where the values reach follows."""
    lacking: str
    """Why a strategy has none."""
    notes: tuple[str, ...]


def bars(document: ResultDocument, measure: Measure) -> Figure | None:
    """Return the figure of a measure; null where no cell has it."""
    panels = made(combinations(document), lambda group, name: _panel(group, name, measure))
    return Figure(measure.id, measure.title, measure.question, panels, measure.notes) if panels else None


def _panel(group: Combination, name: str, measure: Measure) -> Panel | None:
    cells = ok(group.cells)
    values = [(cell, measure.value(cell)) for cell in cells]
    known = [(cell, value) for cell, value in values if value is not None]
    if not known:
        return None
    value_of = {cell.id: value for cell, value in known}
    told = [(starred(cell), value_of[cell.id]) for cell in compared([cell for cell, _ in known])]
    unit = measure.column.unit
    sentence = f"{measure.sentence} {spread(told, lambda value: f'{measure.text(value)} {unit}')}"
    least, most = min(value for _, value in told), max(value for _, value in told)
    if least > 0 and most >= ALIKE * least and measure.text(least) != measure.text(most):
        sentence += f", {most / least:.1f} times as much"
    return Panel(
        name,
        Bars(
            tuple(starred(cell) for cell, _ in known),
            tuple(Bar(value, tone=tone(cell)) for cell, value in known),
            Axis(measure.column.name, unit),
        ),
        sentence + ".",
        Table(
            f"{measure.title}: {group.title}",
            (STRATEGY, measure.column),
            tuple((starred(cell), measure.text(value)) for cell, value in known),
            (*missing(group.cells), *unknown([c for c, value in values if value is None], measure.lacking)),
            (),
        ),
    )
