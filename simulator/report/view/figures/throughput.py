"""How much each strategy gets done."""

from collections.abc import Mapping, Sequence

from simulator.analysis.combinations import Combination
from simulator.analysis.standing import rate_of, standings
from simulator.report.view.columns import WHO, columns_of, row_of, starred
from simulator.report.view.figure import Axis
from simulator.report.view.figures.drawn import (
    JOBS_IN_FLIGHT,
    THROUGHPUT,
    Chart,
    Picture,
    bars,
    compared,
    having,
    lonely,
    predicted_per_s,
    with_predicted,
)
from simulator.report.view.figures.wording import ahead, behind
from simulator.report.view.remarks import notes
from simulator.result.document import CellResult, CombinationResult, ResultDocument
from simulator.text.numbers import NONE, number, rate
from simulator.text.words import names, plural

_SHOWN = (WHO, JOBS_IN_FLIGHT, *THROUGHPUT)


def _picture(group: Combination, document: ResultDocument) -> Picture | None:
    known = having(group.cells, lambda cell: cell.throughput_per_s)
    if not known:
        return None
    shown = [cell for cell, _ in known]
    offered = _offered(shown)
    reference = None if offered is None else (offered, "jobs that come")
    table = with_predicted(_SHOWN, shown)
    return Picture(
        bars(known, Axis("throughput", "pages/s"), reference, predicted_per_s),
        _summary(group, shown, document),
        columns_of(table),
        tuple(row_of(table, cell) for cell in shown),
        notes(group.cells),
        () if offered is None else (f"{number(offered)} jobs came per second.",),
    )


def _summary(group: Combination, cells: Sequence[CellResult], document: ResultDocument) -> str:
    if lonely(group):
        return f"Only {starred(cells[0])} has a valid number: {_told(cells[0])}."
    if any(cell.arrivals is not None for cell in cells):
        return _open(cells, _offered(cells))
    return _closed(cells, standings(document))


def _offered(cells: Sequence[CellResult]) -> float | None:
    rates = (cell.arrivals.offered_per_s for cell in cells if cell.arrivals is not None)
    return next((rate for rate in rates if rate is not None), None)


def _closed(cells: Sequence[CellResult], found: Mapping[str, CombinationResult]) -> str:
    ranked = compared(cells)
    best = max(ranked, key=rate_of)
    told = ahead(ranked, found.get(ranked[0].id), _told)
    for cell in cells:
        if cell not in ranked and cell.marked:
            told += f"; {starred(cell)}, with {cell.in_flight} in flight, {rate(rate_of(cell), 'pages')}"
    if behind(best):
        told += "; sequential is faster" + (" than all of them" if len(ranked) > 1 else "")
    return told + "."


def _open(cells: Sequence[CellResult], offered: float | None) -> str:
    """Say who keeps up: with open arrivals throughput ranks nobody."""
    told = []
    for answer, one, many in (
        (True, "keeps up", "keep up"),
        (False, "does not keep up", "do not keep up"),
        (None, "ran too short to tell", "ran too short to tell"),
    ):
        found = [c for c in cells if c.arrivals is not None and c.arrivals.keeps_up is answer]
        if found:
            who = [
                starred(c) if answer is True else f"{starred(c)} ({rate(rate_of(c), 'pages')})" for c in found
            ]
            told.append(f"{names(who)} {plural([cell.name for cell in found], one, many)}")
    come = "Jobs come by themselves" if offered is None else f"{number(offered)} jobs come per second"
    return f"{come}: {'; '.join(told)}."


def _told(cell: CellResult) -> str:
    done = cell.throughput_per_s
    if done is None:
        return NONE
    label = "range " if done.kind == "range" else ""
    return f"{rate(done.median, 'pages')} ({label}{number(done.low)} to {number(done.high)})"


CHART = Chart(
    "throughput",
    "Throughput",
    "How many pages a second does each strategy get done?",
    _picture,
    (
        "Bars are medians over the rounds, whiskers 95 % intervals; with fewer than 3 rounds the range.",
        "sequential has one job in flight: what the others gain is speed-up over it.",
    ),
    baseline_alone=True,
)
