"""Throughput over the parse cost."""

from collections.abc import Sequence

from simulator.analysis.combinations import Combination, key_of
from simulator.analysis.standing import standings
from simulator.measures.factors import PARSE_COST
from simulator.report.view.columns import WHO, Shown, columns_of, measured, row_of
from simulator.report.view.figure import Axis, Lines, Spot
from simulator.report.view.figures.drawn import (
    THROUGHPUT,
    Chart,
    Picture,
    by_strategy,
    compared,
    having,
    lines,
    missing,
    predicted_lines,
    with_predicted,
)
from simulator.report.view.figures.wording import ahead
from simulator.report.view.parts import Column
from simulator.result.document import CellResult, Crossover, ResultDocument
from simulator.text.numbers import NONE, in_ms, ms, rate
from simulator.text.words import form, sentence

MOST_CROSSINGS = 3
_SHOWN = (
    WHO,
    Shown(
        Column("asked", "", "parse cost as the scenario has it", numeric=False),
        lambda cell: str(cell.factors[PARSE_COST]),
    ),
    measured("parse_cpu", "CPU of one page's parse, measured: mean", heading="parse CPU"),
    *THROUGHPUT,
)


def _picture(group: Combination, document: ResultDocument) -> Picture | None:
    cells = [cell for cell in group.cells if _cost(cell) > 0 and cell.arrivals is None]
    known = having(cells, lambda cell: cell.throughput_per_s)
    ordered = by_strategy(known, _cost)
    if not ordered:
        return None
    table = with_predicted(_SHOWN, cells)
    return Picture(
        Lines(
            Axis("parse CPU per page, measured", "ms", "log"),
            Axis("throughput", "pages/s", "log"),
            (
                *lines(ordered, lambda cell, r: [Spot(_cost(cell) * 1e3, r.median, r.low, r.high)]),
                *predicted_lines(ordered, lambda cell: _cost(cell) * 1e3),
            ),
        ),
        _summary([cell for cell, _ in known], group, document),
        columns_of(table),
        tuple(row_of(table, cell) for line in ordered for cell, _ in line),
        missing(group.cells),
    )


def _cost(cell: CellResult) -> float:
    return cell.parse.cpu_s or 0.0 if cell.parse is not None else 0.0


def _summary(cells: Sequence[CellResult], group: Combination, document: ResultDocument) -> str:
    """Say who leads at the lowest and at the highest cost, and what is known of where that turns."""
    by_level: dict[str, list[CellResult]] = {}
    for cell in sorted(compared(cells), key=_cost):
        by_level.setdefault(str(cell.factors[PARSE_COST]), []).append(cell)
    ends = list(by_level.values())
    told = [
        f"at {in_ms(_cost(found[0]))} of parse CPU {ahead(found, standings(document).get(found[0].id), _rate)}"
        for found in (ends[:1] + ends[-1:] if len(ends) > 1 else ends)
    ]
    crossings = [
        f"{found.faster} {form(found.faster, 'beats', 'beat')} {found.slower} from {at} on"
        for found in document.crossovers
        if key_of(found.scope, PARSE_COST) == group.key and (at := _from(found))
    ]
    told_all = "; ".join([*told, *crossings[:MOST_CROSSINGS]])
    return f"{sentence(told_all)}."


def _from(found: Crossover) -> str:
    """Return from where on the faster one wins; empty where that is not known."""
    if found.kind != "crossing" or found.high_s is None:
        return ""
    if found.cost_s is not None:
        return in_ms(found.cost_s)
    if found.low_s is None:
        return f"{in_ms(found.high_s)} at most"
    return f"{ms(found.low_s)} to {in_ms(found.high_s)}"


def _rate(cell: CellResult) -> str:
    return rate(cell.throughput_per_s.median, "pages") if cell.throughput_per_s is not None else NONE


CHART = Chart(
    "cost",
    "Throughput over the parse cost",
    "At which parse cost does one strategy begin to beat another?",
    _picture,
    ("The parse cost is the CPU that was measured. Where lines cross, the answer turns.",),
    over=PARSE_COST,
)
