"""What a result document says of one metric at one combination of levels."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from simulator.expectations.matching import Factors, shown
from simulator.expectations.syntax import Measured
from simulator.measures.measure import Measure
from simulator.measures.registry import CROSSOVER, MEASURES
from simulator.measures.work import SPEEDUP, THROUGHPUT
from simulator.result.document import CellResult, Crossover, ResultDocument


@dataclass(frozen=True)
class Reading:
    """A metric's value, and what is known of how far it can be trusted."""

    point: float | None
    """Over all rounds; null where only bounds are known."""
    by_round: Mapping[int, float]
    """Empty where single repetitions have too few samples for it."""
    bounds: tuple[float, float] | None = None
    """Of the value's own 95 % interval, where it has one that is not of rounds; may be infinite."""
    remark: str | None = None


@dataclass(frozen=True)
class Lacking:
    """Why there is nothing to read."""

    reason: str
    status: str | None = None
    """Of the cell that is to blame, where one is not `ok`."""


def read(document: ResultDocument, metric: Measured, cells: Sequence[CellResult]) -> Reading | Lacking:
    """Read a metric.

    Args:
        document: The run's.
        metric: As the condition names it; its names are known to exist.
        cells: Those that it is of at one combination of levels.
    """
    for cell in cells:
        if metric.metric != CROSSOVER and cell.status != "ok":
            return _not_ok(cell)
    if metric.metric == CROSSOVER:
        return _crossover(document, metric, cells)
    (cell,) = cells
    wanted = MEASURES[metric.metric]
    by_round = _by_round(cell, THROUGHPUT if wanted is SPEEDUP else wanted)
    if wanted is SPEEDUP:
        baseline = next((other for other in document.cells if other.id == cell.baseline_id), None)
        if baseline is None or baseline.status != "ok":
            return Lacking("its baseline is missing") if baseline is None else _not_ok(baseline)
        base = {round_: rate for round_, rate in _by_round(baseline, THROUGHPUT).items() if rate > 0}
        by_round = {round_: rate / base[round_] for round_, rate in by_round.items() if round_ in base}
    point = wanted.of_cell(cell)
    if point is None:
        return Lacking(f"{metric} has no value: {wanted.lacking}")
    return Reading(float(point), by_round)


def _not_ok(cell: CellResult) -> Lacking:
    name = cell.strategy
    return Lacking(f"{name} is {cell.status}" + (f": {cell.reason}" if cell.reason else ""), cell.status)


def _by_round(cell: CellResult, metric: Measure) -> dict[int, float]:
    """Return round -> value of the valid repetitions; empty unless all of them have it."""
    values = {
        r.round: metric.of_repetition(r.measures)
        for r in cell.repetitions
        if r.status == "ok" and r.measures is not None
    }
    known = {round_: float(value) for round_, value in values.items() if value is not None}
    return known if len(known) == len(values) else {}


def _crossover(document: ResultDocument, metric: Measured, cells: Sequence[CellResult]) -> Reading | Lacking:
    first, second = (strategy.name for strategy in metric.strategies)
    common = _common(cells)
    found = [
        c for c in document.crossovers if (c.faster, c.slower) == (first, second) and _is_at(c.scope, common)
    ]
    if len(found) != 1:
        turned = any((c.faster, c.slower) == (second, first) for c in document.crossovers)
        hint = f"; there is one of {second} over {first}" if turned else ""
        failed = [cell for cell in cells if cell.status != "ok"]
        why = f": {_not_ok(failed[0]).reason}" if failed else ""
        status = failed[0].status if failed else None
        return Lacking(f"no crossover of {first} over {second} was worked out{hint}{why}", status)
    return _of_crossover(found[0], metric, cells)


def _of_crossover(crossover: Crossover, metric: Measured, cells: Sequence[CellResult]) -> Reading | Lacking:
    low, high = crossover.low_s, crossover.high_s
    measured = [c.parse.cpu_s for c in cells if c.status == "ok" and c.parse is not None and c.parse.cpu_s]
    first, second = (strategy.name for strategy in metric.strategies)
    match crossover.kind:
        case "crossing":
            return Reading(crossover.cost_s, {}, (low or 0.0, inf if high is None else high))
        case "always":
            remark = f"{first} beat {second} at every cost that was measured"
            return Reading(None, {}, (0.0, min(measured, default=inf)), remark)
        case "never":
            remark = f"{first} beat {second} at no cost that was measured"
            return Reading(None, {}, (max(measured, default=0.0), inf), remark)
    return Lacking(f"{metric}: the rounds cannot tell {first} from {second} well enough for a crossover")


def _common(cells: Sequence[CellResult]) -> Mapping[str, str]:
    """Return the factors that are at one level in all cells that have them."""
    levels: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        for path, level in cell.factors.items():
            levels[path].add(shown(level))
    return {path: next(iter(several)) for path, several in levels.items() if len(several) == 1}


def _is_at(scope: Factors, levels: Mapping[str, str]) -> bool:
    return all(levels.get(path, shown(level)) == shown(level) for path, level in scope.items())
