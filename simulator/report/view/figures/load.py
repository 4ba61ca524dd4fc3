"""Response times over the rate at which jobs come."""

from simulator.analysis.combinations import Combination
from simulator.measures.factors import ARRIVAL_RATE
from simulator.report.view.arrivals import KEEPS_UP
from simulator.report.view.columns import WHO, Shown, columns_of, measured, row_of, starred
from simulator.report.view.figure import Axis, Lines, Spot
from simulator.report.view.figures.drawn import (
    PREDICTED,
    Chart,
    Known,
    Picture,
    by_strategy,
    compared,
    having,
    lines,
    missing,
    predicted_lines,
    scale,
)
from simulator.report.view.figures.wording import spread
from simulator.report.view.parts import Column
from simulator.result.document import CellResult, ResultDocument
from simulator.result.repetition import Arrivals
from simulator.text.numbers import duration, number
from simulator.text.words import names, plural

_SHOWN = (
    WHO,
    measured("offered"),
    measured("p50", "response time: median, the wait for a worker included"),
    measured("queue"),
    KEEPS_UP,
)
_FORESEEN = Shown(Column("p50 predicted", "ms", PREDICTED), lambda cell: number(_predicted_ms(cell)))

Load = tuple[float, float]
"""Jobs per second, and the median response time in seconds."""


def _load(cell: CellResult) -> Load | None:
    if cell.arrivals is None or cell.response_time_s is None:
        return None
    offered, p50 = cell.arrivals.offered_per_s, cell.response_time_s.p50
    return (offered, p50) if offered is not None and p50 is not None else None


def _picture(group: Combination, _: ResultDocument) -> Picture | None:
    known = having(group.cells, _load)
    ordered = by_strategy(known, lambda cell: _arrivals(cell).offered_per_s or 0.0)
    if not ordered:
        return None
    foreseen = any(_predicted_ms(cell) is not None for cell, _ in known)
    table = (*_SHOWN, _FORESEEN) if foreseen else _SHOWN
    return Picture(
        Lines(
            Axis("jobs that come", "/s"),
            Axis("median response time", "ms", scale([p50 for _, (_, p50) in known])),
            (
                *lines(ordered, lambda _, load: [Spot(load[0], load[1] * 1e3)]),
                *predicted_lines(ordered, lambda cell: _arrivals(cell).offered_per_s or 0.0, _predicted_ms),
            ),
        ),
        _summary(known),
        columns_of(table),
        tuple(row_of(table, cell) for line in ordered for cell, _ in line),
        missing(group.cells),
    )


def _predicted_ms(cell: CellResult) -> float | None:
    band = None if cell.predicted is None else cell.predicted.response_p50_s
    return None if band is None else band.median * 1e3


def _arrivals(cell: CellResult) -> Arrivals:
    assert cell.arrivals is not None  # noqa: S101 - the caller chose the cells by it
    return cell.arrivals


def _summary(known: Known[Load]) -> str:
    """Say what the highest rate makes of the strategies, and who does not keep up with it."""
    among = compared([cell for cell, _ in known])
    highest = max(rate for cell, (rate, _) in known if cell in among)
    at = [entry for entry in known if entry[0] in among and entry[1][0] == highest]
    told = f"With {number(highest)} jobs per second half of them are ready within " + spread(
        [(starred(cell), p50) for cell, (_, p50) in at], duration
    )
    fallen = [starred(cell) for cell, _ in at if _arrivals(cell).keeps_up is False]
    if fallen:
        told += f"; {names(fallen)} {plural(fallen, 'does', 'do')} not keep up"
    return told + "."


CHART = Chart(
    "load",
    "Response time over the rate of jobs",
    "Up to which rate of jobs does each strategy keep up?",
    _picture,
    (
        (
            "Median response time, counted from the moment a job was due. Where a strategy does not keep up it"
            " grows as long as the run lasts, and says little more than that."
        ),
    ),
    over=ARRIVAL_RATE,
)
