"""The cells of each combination compared: which is best, which is as fast, which to take."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log

from simulator.analysis.combinations import Combination, by_strategy, called, combinations, contrasted
from simulator.measures.factors import STRATEGY
from simulator.measures.measure import Measure
from simulator.measures.registry import MEASURES
from simulator.measures.work import THROUGHPUT
from simulator.result.document import CellResult, CombinationResult, ResultDocument
from simulator.scenario.shards import simplicity
from simulator.stats.contrasts import Contrast, Terms, against, rank, verdict
from simulator.stats.layout import Key

SOONEST = {"p99": 0.99, "p95": 0.95, "p90": 0.9, "p50": 0.5}
"""Who keeps up with jobs that come by themselves does as much as comes: the first of these that all have ranks them."""


def compared(document: ResultDocument) -> ResultDocument:
    """Return the document with its combinations compared, and the speed-ups of their cells over the baseline."""
    contrast = contrasted(document)
    document = replace(document, cells=tuple(called(cell, contrast) for cell in document.cells))
    speedups: dict[str, CellResult] = {}
    for group in by_strategy(document):
        speedups |= {cell.id: cell for cell in _over(*_parted(group.cells), document)}
    document = replace(document, cells=tuple(speedups.get(cell.id, cell) for cell in document.cells))
    found = [_compared(group, document) for group in combinations(document)]
    return replace(document, combinations=tuple(found))


def _parted(cells: Sequence[CellResult]) -> tuple[CellResult | None, list[CellResult]]:
    """Return the baseline, if there is one, and the others."""
    base = next((cell for cell in cells if cell.baseline_id is None), None)
    return base, [cell for cell in cells if cell.baseline_id is not None]


def _compared(group: Combination, document: ResultDocument) -> CombinationResult:
    if group.contrast != STRATEGY:
        listed = {cell.id: rank for rank, cell in enumerate(group.cells)}
        return _combination(group, None, group.cells, document, listed)
    base, cells = _parted(group.cells)
    simple = simplicity(document.scenario)
    order = {cell.id: simple.get(cell.strategy, len(simple)) for cell in cells}
    return _combination(group, base, [cell for cell in cells if not cell.marked], document, order)


def scores(cells: Sequence[CellResult], measure: Measure) -> dict[Key, float]:
    """Return the logarithm of a measure, more being better, by cell id and round of valid repetitions."""
    sign = 1 if measure.better == "more" else -1
    found: dict[Key, float] = {}
    for cell in cells:
        for repetition in cell.repetitions:
            value = measure.of_repetition(repetition.measures) if repetition.status == "ok" else None
            if value is not None and value > 0:
                found[cell.id, repetition.round] = sign * log(value)
    return found


def terms_of(cells: Sequence[CellResult], document: ResultDocument) -> Terms:
    """Return how these cells are compared by their throughput."""
    return Terms(document.margin, document.scatter_rounds, errors=_errors(cells))


def _errors(cells: Sequence[CellResult]) -> dict[str, float]:
    """Return by how much the server's delay error may have lowered each throughput, as a logarithm.

    A delay that is longer by e than was asked for makes a response longer by e at most, and of jobs in flight that
    wait for nothing else the throughput is as many as there are over the response time.
    """
    found: dict[str, float] = {}
    for cell in cells:
        error_s = cell.server.delay_error_s.mean if cell.server is not None else None
        rate = cell.throughput_per_s
        if error_s is None or rate is None or cell.arrivals is not None or not cell.network_s:
            continue
        response_s = cell.in_flight / rate.median
        # Where jobs wait longer for one another than for the server, its error hides behind that.
        alone = min(1.0, cell.network_s / response_s)
        found[cell.id] = log(1 + max(0.0, error_s) / response_s * alone)
    return found


def _over(base: CellResult | None, cells: Sequence[CellResult], document: ResultDocument) -> list[CellResult]:
    """Return the cells with closed arrivals, each with its speed-up over the baseline."""
    closed = [cell for cell in cells if cell.arrivals is None]
    # What failed is no measure of the others either: its row shows no number to compare with.
    if base is None or base.status != "ok":
        return [replace(cell, speedup=None) for cell in closed]
    usable = [base, *(cell for cell in closed if cell.status == "ok")]
    found = against(
        scores(usable, THROUGHPUT), base.id, [cell.id for cell in closed], terms_of(usable, document)
    )
    return [replace(cell, speedup=found[cell.id]) for cell in closed]


def _combination(
    group: Combination,
    base: CellResult | None,
    cells: Sequence[CellResult],
    document: ResultDocument,
    order: Mapping[str, int],
) -> CombinationResult:
    """Return how the cells to be compared are.

    Args:
        group: that they are of.
        base: what is taken where none of them gains anything over it; null: nothing is.
        cells: to be compared.
        document: of the run.
        order: of the cells, in which those that are as fast as the best are recommended.
    """
    levels, ids = dict(group.key), tuple(cell.id for cell in group.cells)
    usable = [cell for cell in cells if cell.status == "ok"]
    measure: Measure | None = THROUGHPUT
    if any(cell.arrivals is not None for cell in usable):
        usable = [cell for cell in usable if cell.arrivals is not None and cell.arrivals.keeps_up]
        measure = _soonest(usable)
    scored = scores(usable, measure) if measure is not None else {}
    if measure is None or not scored:
        return CombinationResult(levels, ids, None, (), None, None, group.contrast)
    ranking = rank(scored, terms_of(usable, document))
    by_id = {cell.id: cell for cell in cells}
    return CombinationResult(
        levels=levels,
        cells=ids,
        by=measure.name,
        contrasts=ranking.contrasts,
        best=ranking.best,
        recommended=_recommended(by_id[ranking.best], base, ranking.contrasts, document.margin, order),
        contrast=group.contrast,
    )


def _soonest(cells: Sequence[CellResult]) -> Measure | None:
    """Return the highest percentile of the response time that every round of all these cells carries."""
    rounds = [r.measures for cell in cells for r in cell.repetitions if r.status == "ok"]
    for name in SOONEST:
        if rounds and all(MEASURES[name].of_repetition(measures) is not None for measures in rounds):
            return MEASURES[name]
    return None


def _recommended(
    best: CellResult,
    base: CellResult | None,
    contrasts: Sequence[Contrast],
    margin: float,
    order: Mapping[str, int],
) -> str:
    """Return the first in this order of the best and those surely as fast, or slower by less than the margin."""
    if base is not None and best.speedup is not None and _no_gain(best, margin):
        return base.id
    near = [best.id, *(each.over for each in contrasts if each.verdict in ("as fast", "a little faster"))]
    return min(near, key=lambda each: (order[each], near.index(each)))


def _no_gain(best: CellResult, margin: float) -> bool:
    """Whether one job after the other is surely as fast as the best, slower by less than the margin, or faster."""
    gain = best.speedup
    if gain is None or gain.kind == "range":
        return False
    return gain.high < 1 or verdict(gain, margin) in ("as fast", "a little faster")
