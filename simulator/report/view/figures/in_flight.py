"""Throughput over the jobs in flight."""

from collections.abc import Sequence

from simulator.analysis.combinations import Combination, along
from simulator.analysis.pairing import ratio
from simulator.measures.factors import IN_FLIGHT
from simulator.report.view.columns import STRATEGY, Shown, columns_of, row_of
from simulator.report.view.figure import Axis, Figure, Line, Lines, Panel, Spot
from simulator.report.view.figures.drawn import JOBS_IN_FLIGHT, THROUGHPUT, by_strategy, made, ok, tone
from simulator.report.view.parts import Table
from simulator.result.document import CellResult, ResultDocument
from simulator.stats.intervals import Interval, differs
from simulator.text.numbers import number, rate
from simulator.text.words import form, names

TITLE = "Throughput over the jobs in flight"
_SHOWN = (Shown(STRATEGY, lambda cell: cell.strategy), JOBS_IN_FLIGHT, *THROUGHPUT)

Known = Sequence[tuple[CellResult, Interval]]


def build(document: ResultDocument) -> Figure | None:
    """Return a line for each strategy; null where the jobs in flight do not vary."""
    panels = made(along(document, IN_FLIGHT), lambda group, name: _panel(group, name, document))
    if not panels:
        return None
    marked = sorted({cell.strategy for cell in document.cells if cell.marked})
    notes = [
        "Points are medians over the rounds, whiskers 95 % intervals; with fewer than 3 rounds the range."
    ]
    if marked:
        notes.append(f"Left out: {', '.join(marked)}, whose jobs in flight are given by their nature.")
    if "tune" in document.scenario:
        notes.append(
            "A search measures good candidates more often than others, so that points may be of different rounds."
        )
    return Figure("in-flight", TITLE, "How many jobs in flight are worth having?", panels, tuple(notes))


def _panel(group: Combination, name: str, document: ResultDocument) -> Panel | None:
    cells = [cell for cell in ok(group.cells) if not cell.marked and cell.arrivals is None]
    rates = ((cell, cell.throughput_per_s) for cell in cells)
    known = [(cell, each) for cell, each in rates if each is not None]
    ordered = by_strategy(known, lambda pair: pair[0], lambda pair: pair[0].in_flight)
    if not any(len(line) > 1 for line in ordered):
        return None
    return Panel(
        name,
        Lines(
            Axis("jobs in flight", "", "log"),
            Axis("throughput", "pages/s"),
            tuple(
                Line(
                    line[0][0].strategy,
                    tone(line[0][0]),
                    tuple(Spot(float(cell.in_flight), r.median, r.low, r.high) for cell, r in line),
                )
                for line in ordered
            ),
        ),
        _summary([pair for line in ordered for pair in line], document.scatter_rounds),
        Table(
            f"{TITLE}: {group.title}" if group.label else TITLE,
            columns_of(_SHOWN),
            tuple(row_of(_SHOWN, cell) for line in ordered for cell, _ in line),
            tuple(
                f"{cell.strategy} with {cell.in_flight} in flight: {cell.status}: {cell.reason}"
                for cell in group.cells
                if cell.status != "ok"
            ),
            (),
        ),
    )


def _summary(known: Known, first: int | None) -> str:
    """Say where most is done, what is not told apart from it, and with how few jobs its strategy comes as far."""
    best, best_rate = max(known, key=lambda pair: pair[1].median)
    who = best.strategy
    told = (
        f"{who} {form(who, 'does', 'do')} most with {best.in_flight} in flight, {rate(best_rate.median, 'pages')}"
        f" ({number(best_rate.low)} to {number(best_rate.high)})"
    )
    if best_rate.kind == "range":
        return f"{told}; fewer than 3 rounds cannot tell that from luck."
    tied = [cell for cell, _ in known if cell is not best and not differs(ratio(best, cell, first))]
    if tied:
        told += f", not told apart from {names([f'{cell.strategy} with {cell.in_flight}' for cell in tied])}"
    own = [(cell, each) for cell, each in known if cell.strategy == who]
    least, lowest = min(own, key=lambda pair: pair[0].in_flight)
    if least is not best:
        told += f"; with {least.in_flight} it is {number(lowest.median)}"
    return told + "."
