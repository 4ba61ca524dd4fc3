"""What each strategy gains over one job after the other."""

from collections.abc import Sequence

from simulator.analysis.combinations import Combination
from simulator.measures.factors import BASELINE
from simulator.report.view.columns import WHO, columns_of, row_of, starred, with_ends
from simulator.report.view.figure import Axis
from simulator.report.view.figures.drawn import Chart, Picture, bars, having, missing, ok, unknown
from simulator.result.document import CellResult, ResultDocument
from simulator.stats.intervals import Interval, differs
from simulator.text.numbers import times
from simulator.text.words import form, names, plural

_SHOWN = (WHO, *with_ends("speedup", "pages/s over those of sequential in the same round: median"))


def _picture(group: Combination, _: ResultDocument) -> Picture | None:
    cells = [cell for cell in ok(group.cells) if cell.baseline_id is not None]
    known = having(cells, lambda cell: cell.speedup)
    if not known:
        return None
    lacking = [cell for cell in cells if cell.speedup is None]
    return Picture(
        bars(known, Axis("speed-up", "×"), (1.0, BASELINE)),
        _summary(known),
        columns_of(_SHOWN),
        tuple(row_of(_SHOWN, cell) for cell, _ in known),
        (*missing(group.cells), *unknown(lacking, "no round in which sequential is valid too")),
    )


def _summary(known: Sequence[tuple[CellResult, Interval]]) -> str:
    best, ratio = max(known, key=lambda pair: pair[1].median)
    least, lowest = min(known, key=lambda pair: pair[1].median)
    told = f"{starred(best)} {form(best.name, 'does', 'do')} {times(ratio)} what sequential does"
    if least is not best:
        told += f"; {starred(least)} {form(least.name, 'does', 'do')} least, {times(lowest)}"
    if ratio.kind == "range":
        return f"{told}; fewer than 3 rounds cannot tell that from luck."
    if least is not best and lowest.high >= ratio.low:
        told += ", and the two intervals overlap"
    same = [starred(cell) for cell, each in known if not differs(each)]
    slower = [starred(cell) for cell, each in known if differs(each) and each.median < 1]
    if same:
        told += f"; the rounds cannot tell {names(same)} from sequential"
    if slower:
        told += f"; {names(slower)} {plural(slower, 'is', 'are')} slower than sequential"
    return told + "."


CHART = Chart(
    "speed-up",
    "Speed-up over sequential",
    "How many times faster than one job after the other is each strategy?",
    _picture,
    (
        "Ratios are paired by round; whiskers are 95 % intervals, with fewer than 3 rounds the range.",
        (
            "Up to the jobs in flight is what waiting side by side can gain; computing side by side, no more than"
            " the cores."
        ),
    ),
)
