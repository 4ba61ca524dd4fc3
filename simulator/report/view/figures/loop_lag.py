"""How long event loops stand still."""

from simulator.analysis.combinations import Combination
from simulator.analysis.findings.responsive import idle_lag_s
from simulator.measures.registry import MEASURES
from simulator.report.view.columns import STRATEGY, measured, starred, with_symbol
from simulator.report.view.figure import Axis, Bar, Bars
from simulator.report.view.figures.drawn import Chart, Known, Picture, compared, having, missing, tone
from simulator.report.view.figures.wording import spread
from simulator.result.document import ResultDocument
from simulator.stats.percentiles import Lag
from simulator.text.numbers import NONE, ms

COLUMNS = (
    STRATEGY,
    measured(
        "loop_lag_p99", "lateness of a 10 ms tick on the loop: p99, median over the rounds", heading="p99"
    ).column,
    measured("loop_lag", "the latest of those ticks in a round, median over the rounds").column,
)


def idle_s(document: ResultDocument) -> float | None:
    """Return the worst lateness of an idle loop on that machine, measured before the run; null: unknown."""
    return max((lag_s for cell in document.cells if (lag_s := idle_lag_s(cell)) is not None), default=None)


def _picture(group: Combination, document: ResultDocument) -> Picture | None:
    known = having(group.cells, lambda cell: cell.loop_lag_s)
    pairs = [
        (f"{starred(cell)}, {name}", Bar(value * 1e3, tone=tone(cell)))
        for cell, lag in known
        for name, value in (("p99", lag.p99), ("worst", lag.max))
        if value is not None
    ]
    if not pairs:
        return None
    idle = idle_s(document)
    rows = [(starred(cell), ms(lag.p99), ms(lag.max)) for cell, lag in known]
    control = "The idle loop is a control: how late this machine itself was, before the run."
    return Picture(
        Bars(
            tuple(name for name, _ in pairs),
            tuple(bar for _, bar in pairs),
            Axis("lateness of a tick", "ms"),
            None if idle is None else (idle * 1e3, "idle loop, worst"),
        ),
        _summary(known, idle),
        COLUMNS,
        (*rows, *((("idle loop", NONE, ms(idle)),) if idle is not None else ())),
        missing(group.cells),
        () if idle is None else (control,),
    )


def _summary(known: Known[Lag], idle: float | None) -> str:
    lags = {cell.id: lag.max for cell, lag in known if lag.max is not None}
    worst = [(starred(cell), lags[cell.id]) for cell in compared([c for c, _ in known if c.id in lags])]
    if not worst:
        return "Only percentiles of the loop's lateness are known."
    told = f"A tick of the loop is late by up to {spread(worst, _late)}"
    if idle is not None:
        told += f"; an idle loop on this machine by up to {_late(idle)}"
    return told + "."


def _late(lag_s: float) -> str:
    return with_symbol(lag_s, MEASURES["loop_lag"])


CHART = Chart(
    "loop-lag",
    "Loop lag",
    "How long does the event loop stand still while a page is parsed?",
    _picture,
    (
        "A timer on the loop is due every 10 ms; its lateness is how long everything else on that loop waited.",
        "No p99 where fewer than 10 ticks lie beyond it.",
    ),
)
