"""Throughput over the parse cost."""

from collections.abc import Sequence

from simulator.analysis.combinations import Combination, along, key_of
from simulator.measures.factors import PARSE_COST
from simulator.report.view.columns import WHO, Shown, columns_of, measured, row_of, starred
from simulator.report.view.figure import Axis, Figure, Line, Lines, Panel, Spot
from simulator.report.view.figures.drawn import THROUGHPUT, by_strategy, compared, made, missing, ok, tone
from simulator.report.view.figures.wording import ahead
from simulator.report.view.parts import Column, Table
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import NONE, duration, rate
from simulator.text.words import form, sentence

TITLE = "Throughput over the parse cost"
FEWEST = 2
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


def build(document: ResultDocument) -> Figure | None:
    """Return a line for each strategy; null where the parse cost does not vary."""
    panels = made(along(document, PARSE_COST), lambda group, name: _panel(group, name, document))
    if not panels:
        return None
    return Figure(
        "cost",
        TITLE,
        "At which parse cost does one strategy begin to beat another?",
        panels,
        ("The parse cost is the CPU that was measured. Where lines cross, the answer turns.",),
    )


def _panel(group: Combination, name: str, document: ResultDocument) -> Panel | None:
    rates = (
        (cell, cell.throughput_per_s) for cell in ok(group.cells) if _cost(cell) > 0 and cell.arrivals is None
    )
    known = [(cell, each) for cell, each in rates if each is not None]
    ordered = by_strategy(known, lambda pair: pair[0], lambda pair: _cost(pair[0]))
    if not any(len(line) >= FEWEST for line in ordered):
        return None
    return Panel(
        name,
        Lines(
            Axis("parse CPU per page, measured", "ms", "log"),
            Axis("throughput", "pages/s", "log"),
            tuple(
                Line(
                    starred(line[0][0]),
                    tone(line[0][0]),
                    tuple(Spot(_cost(cell) * 1e3, r.median, r.low, r.high) for cell, r in line),
                )
                for line in ordered
            ),
        ),
        _summary([cell for cell, _ in known], group, document),
        Table(
            f"{TITLE}: {group.title}",
            columns_of(_SHOWN),
            tuple(row_of(_SHOWN, cell) for line in ordered for cell, _ in line),
            missing(group.cells),
            (),
        ),
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
        f"at {duration(_cost(found[0]))} of parse CPU {ahead(found, document.scatter_rounds, _rate)}"
        for found in (ends[:1] + ends[-1:] if len(ends) > 1 else ends)
    ]
    crossings = [
        f"{found.faster} {form(found.faster, 'beats', 'beat')} {found.slower} from {duration(found.cost_s)} on"
        for found in document.crossovers
        if key_of(found.scope, PARSE_COST) == group.key
        and found.kind == "crossing"
        and found.cost_s is not None
    ]
    told_all = "; ".join([*told, *crossings[:MOST_CROSSINGS]])
    return f"{sentence(told_all)}."


def _rate(cell: CellResult) -> str:
    return rate(cell.throughput_per_s.median, "pages") if cell.throughput_per_s is not None else NONE
