"""Throughput over the jobs in flight."""

from dataclasses import replace

from simulator.analysis.combinations import Combination
from simulator.analysis.pairing import ratio
from simulator.measures.factors import IN_FLIGHT
from simulator.report.view.columns import STRATEGY, Shown, columns_of, row_of
from simulator.report.view.figure import Axis, Figure, Lines, Spot
from simulator.report.view.figures.drawn import (
    JOBS_IN_FLIGHT,
    THROUGHPUT,
    Chart,
    Known,
    Picture,
    by_strategy,
    having,
    lines,
    predicted_lines,
    with_predicted,
)
from simulator.result.document import ResultDocument
from simulator.stats.intervals import Interval, differs
from simulator.text.numbers import number, rate
from simulator.text.words import form, names

TITLE = "Throughput over the jobs in flight"
_SHOWN = (Shown(STRATEGY, lambda cell: cell.name), JOBS_IN_FLIGHT, *THROUGHPUT)


def build(document: ResultDocument) -> Figure | None:
    """Return the chart with notes on what this run has and has not."""
    made = CHART.build(document)
    notes = []
    marked = sorted({cell.strategy for cell in document.cells if cell.marked})
    if marked:
        notes.append(f"Left out: {', '.join(marked)}, whose jobs in flight are given by their nature.")
    if "tune" in document.scenario:
        notes.append(
            "A search measures good candidates more often than others, so that points may be of different rounds."
        )
    return None if made is None else replace(made, notes=(*made.notes, *notes))


def _picture(group: Combination, document: ResultDocument) -> Picture | None:
    cells = [cell for cell in group.cells if not cell.marked and cell.arrivals is None]
    ordered = by_strategy(having(cells, lambda cell: cell.throughput_per_s), lambda cell: cell.in_flight)
    if not ordered:
        return None
    table = with_predicted(_SHOWN, cells)
    return Picture(
        Lines(
            Axis("jobs in flight", "", "log"),
            Axis("throughput", "pages/s"),
            (
                *lines(ordered, lambda cell, r: [Spot(float(cell.in_flight), r.median, r.low, r.high)]),
                *predicted_lines(ordered, lambda cell: float(cell.in_flight)),
            ),
        ),
        _summary([pair for line in ordered for pair in line], document.scatter_rounds),
        columns_of(table),
        tuple(row_of(table, cell) for line in ordered for cell, _ in line),
        tuple(
            f"{cell.name} with {cell.in_flight} in flight: {cell.status}: {cell.reason}"
            for cell in group.cells
            if cell.status != "ok"
        ),
        title="" if group.label else TITLE,
    )


def _summary(known: Known[Interval], first: int | None) -> str:
    """Say where most is done, what the rounds cannot tell from it, and with how few jobs its strategy comes as far."""
    best, best_rate = max(known, key=lambda pair: pair[1].median)
    who = best.name
    told = (
        f"{who} {form(who, 'does', 'do')} most with {best.in_flight} in flight, {rate(best_rate.median, 'pages')}"
        f" ({number(best_rate.low)} to {number(best_rate.high)})"
    )
    if best_rate.kind == "range":
        return f"{told}; fewer than 3 rounds cannot tell that from luck."
    tied = [cell for cell, _ in known if cell is not best and not differs(ratio(best, cell, first))]
    if tied:
        told += f", which the rounds cannot tell from {names([f'{cell.name} with {cell.in_flight}' for cell in tied])}"
    own = [(cell, each) for cell, each in known if cell.name == who]
    least, lowest = min(own, key=lambda pair: pair[0].in_flight)
    if least is not best:
        told += f"; with {least.in_flight} it is {number(lowest.median)}"
    return told + "."


CHART = Chart(
    "in-flight",
    TITLE,
    "How many jobs in flight are worth having?",
    _picture,
    ("Points are medians over the rounds, whiskers 95 % intervals; with fewer than 3 rounds the range.",),
    over=IN_FLIGHT,
)
