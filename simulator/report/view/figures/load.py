"""Response times over the rate at which jobs come."""

from collections.abc import Sequence

from simulator.analysis.combinations import Combination, along
from simulator.measures.factors import ARRIVAL_RATE
from simulator.report.view.arrivals import KEEPS_UP
from simulator.report.view.columns import WHO, columns_of, measured, row_of, starred
from simulator.report.view.figure import Axis, Figure, Line, Lines, Panel, Spot
from simulator.report.view.figures.drawn import by_strategy, compared, made, missing, ok, scale, tone
from simulator.report.view.figures.wording import spread
from simulator.report.view.parts import Table
from simulator.result.document import CellResult, ResultDocument
from simulator.result.repetition import Arrivals
from simulator.text.numbers import duration, number
from simulator.text.words import names, plural

TITLE = "Response time over the rate of jobs"
_SHOWN = (
    WHO,
    measured("offered"),
    measured("p50", "response time: median, the wait for a worker included"),
    measured("queue"),
    KEEPS_UP,
)

Known = Sequence[tuple[CellResult, float, float]]
"""Cells with jobs per second and the median response time in seconds."""


def build(document: ResultDocument) -> Figure | None:
    """Return a line for each strategy; null where jobs do not come by themselves at several rates."""
    panels = made(along(document, ARRIVAL_RATE), _panel)
    if not panels:
        return None
    return Figure(
        "load",
        TITLE,
        "Up to which rate of jobs does each strategy keep up?",
        panels,
        (
            (
                "Median response time, counted from the moment a job was due. Where a strategy does not keep up it"
                " grows as long as the run lasts, and says little more than that."
            ),
        ),
    )


def _panel(group: Combination, name: str) -> Panel | None:
    known = [
        (cell, cell.arrivals.offered_per_s, cell.response_time_s.p50)
        for cell in ok(group.cells)
        if cell.arrivals is not None and cell.response_time_s is not None
        if cell.arrivals.offered_per_s is not None and cell.response_time_s.p50 is not None
    ]
    ordered = by_strategy(known, lambda each: each[0], lambda each: each[1])
    if not any(len(line) > 1 for line in ordered):
        return None
    return Panel(
        name,
        Lines(
            Axis("jobs that come", "/s"),
            Axis("median response time", "ms", scale([p50 for _, _, p50 in known])),
            tuple(
                Line(
                    starred(line[0][0]),
                    tone(line[0][0]),
                    tuple(Spot(rate, p50 * 1e3) for _, rate, p50 in line),
                )
                for line in ordered
            ),
        ),
        _summary(known),
        Table(
            f"{TITLE}: {group.title}",
            columns_of(_SHOWN),
            tuple(row_of(_SHOWN, cell) for line in ordered for cell, _, _ in line),
            missing(group.cells),
            (),
        ),
    )


def _arrivals(cell: CellResult) -> Arrivals:
    assert cell.arrivals is not None  # noqa: S101 - the caller chose the cells by it
    return cell.arrivals


def _summary(known: Known) -> str:
    """Say what the highest rate makes of the strategies, and who does not keep up with it."""
    among = compared([cell for cell, _, _ in known])
    highest = max(rate for cell, rate, _ in known if cell in among)
    at = [entry for entry in known if entry[0] in among and entry[1] == highest]
    told = f"With {number(highest)} jobs per second half of them are ready within " + spread(
        [(starred(cell), p50) for cell, _, p50 in at], duration
    )
    fallen = [starred(cell) for cell, _, _ in at if _arrivals(cell).keeps_up is False]
    if fallen:
        told += f"; {names(fallen)} {plural(fallen, 'does', 'do')} not keep up"
    return told + "."
