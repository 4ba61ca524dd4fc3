"""Run B against run A, cell by cell.

Two things can be compared of pages/s: the speed-up over the baseline, in which cancels what the machine did to a round;
and pages/s themselves, corrected for the machine's speed as far as the cell may feel it (`change`), to which the
baseline adds no scatter. Each cell is compared by whichever is known better. Only where the baseline itself surely
changed it is no measure of the others: then they are compared by pages/s, so that what became slower everywhere, as a
parser, does not vanish, and what only the baseline gained is no loss of the others. All else is compared as it is.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, expm1, log
from statistics import fmean, median
from typing import Literal, TypeVar

from simulator.analysis.change import Change, Firsts, Way, between, changes
from simulator.analysis.circumstances import cautions
from simulator.analysis.comparable import Rounds, over_baseline, rounds_of, work_ratio
from simulator.analysis.summary import valid
from simulator.measures.measure import Measure
from simulator.measures.work import SPEEDUP, THROUGHPUT
from simulator.result.comparison import (
    SCHEMA,
    CellComparison,
    ComparedRun,
    Comparison,
    ComparisonVerdict,
    Side,
)
from simulator.result.measured import MeasuredCell, MeasuredRun
from simulator.result.repetition import Measures
from simulator.stats.intervals import Interval, differs
from simulator.stats.unpaired import rejected
from simulator.text.numbers import share, times

By = Literal["metric", "speedup"]
_Name = TypeVar("_Name")
LEVEL = 0.05
"""Chance that any cell is called a regression where none is beyond the tolerance."""


@dataclass(frozen=True)
class Told:
    """What is known of a cell that both runs have."""

    by: By
    change: Change
    felt: float


def compare_runs(
    a: MeasuredRun, b: MeasuredRun, metric: Measure, tolerance: float, across: Sequence[str] = ()
) -> Comparison:
    """Compare two runs, B against A, in the order of A's cells, then those that only B has.

    Args:
        a: what is compared with.
        b: what may have become faster or slower.
        metric: what is compared; of one that does not rank, nothing is a regression.
        tolerance: by how much worse B may be before it is a regression.
        across: how machine and Python differ, as `circumstances.differences` found it.
    """
    cells = _Cells({cell.id: cell for cell in a.cells}, {cell.id: cell for cell in b.cells})
    ways = {cell_id: cells.way(cell_id, metric) for cell_id in cells.common}
    told = _told(cells, ways, metric, (a.first, b.first), tolerance)
    surely = beyond(told, metric)
    compared = [
        told_cell(cells.a[cell_id], ways[cell_id], told[cell_id], metric, tolerance, beyond=cell_id in surely)
        if cell_id in told
        else untold_cell(cells.a[cell_id], ways[cell_id])
        if cell_id in ways
        else lone_cell(cell, metric, in_a=cell_id in cells.a)
        for cell_id, cell in {**cells.a, **cells.b}.items()
    ]
    return Comparison(
        schema=SCHEMA,
        metric=metric.name,
        unit=metric.base_unit,
        tolerance=tolerance,
        a=ComparedRun(a.id, a.name, a.started_at),
        b=ComparedRun(b.id, b.name, b.started_at),
        across=tuple(across),
        cautions=cautions(a, b),
        machine_speed=cells.speed(lambda measures: measures.spin_s),
        cells=tuple(compared),
        memory_speed=cells.speed(lambda measures: measures.stream_s),
    )


@dataclass(frozen=True)
class _Cells:
    """Those of the two runs, by id."""

    a: Mapping[str, MeasuredCell]
    b: Mapping[str, MeasuredCell]

    @property
    def common(self) -> list[str]:
        return [cell_id for cell_id in self.a if cell_id in self.b]

    def way(self, cell_id: str, metric: Measure) -> Way:
        """Return how a cell is compared by a measure."""
        a, b = (
            rounds_of(run[cell_id], metric)
            if metric.repetition is not None
            else over_baseline(run[cell_id], run.get(run[cell_id].baseline_id or ""))
            for run in (self.a, self.b)
        )
        power = THROUGHPUT.speed_power if metric is SPEEDUP else metric.speed_power
        felt = max(a.busy, b.busy, key=abs) if metric.of_window else 1.0
        work = work_ratio(self.a[cell_id], self.b[cell_id])
        return Way(a, b, power, felt if power else 0.0, work)

    def speed(self, seconds: Callable[[Measures], float | None]) -> Interval | None:
        """Return how the machine's speed changed, by its mean over all valid repetitions of each round."""
        runs = []
        for run in (self.a, self.b):
            logs: dict[int, list[float]] = defaultdict(list)
            for repetition in valid(r for cell_id in self.common for r in run[cell_id].repetitions):
                taken = None if repetition.measures is None else seconds(repetition.measures)
                if taken:
                    logs[repetition.round].append(-log(taken))
            runs.append({round_: exp(fmean(found)) for round_, found in logs.items()})
        return between(*runs)


def _told(
    cells: _Cells, ways: Mapping[str, Way], metric: Measure, firsts: Firsts, tolerance: float
) -> dict[str, Told]:
    """Return what is known of each cell of which anything is."""
    by_metric = changes({name: way for name, way in ways.items() if not way.missing}, firsts, tolerance)
    own: By = "speedup" if metric is SPEEDUP else "metric"
    told = {name: Told(own, change, ways[name].felt) for name, change in by_metric.items()}
    if metric is not THROUGHPUT:
        return told
    over = {name: cells.way(name, SPEEDUP) for name in told}
    by_speedup = changes({name: way for name, way in over.items() if not way.missing}, firsts, tolerance)
    for name, change in by_speedup.items():
        baseline = by_metric.get(cells.a[name].baseline_id or "")
        if baseline is not None and not differs(baseline.adjusted) and change.reach < by_metric[name].reach:
            told[name] = Told("speedup", change, over[name].felt)
    return told


def _p(change: Change, metric: Measure) -> float:
    return change.p_lower if metric.better == "more" else change.p_higher


def beyond(told: Mapping[_Name, Told], metric: Measure) -> frozenset[_Name]:
    """Return the cells that are surely worse by more than is tolerated, though many were looked at."""
    if metric.better is None:
        return frozenset()
    surely = rejected([_p(found.change, metric) for found in told.values()], LEVEL)
    return frozenset(name for name, sure in zip(told, surely, strict=True) if sure)


def told_cell(
    cell: MeasuredCell, way: Way, told: Told, metric: Measure, tolerance: float, *, beyond: bool
) -> CellComparison:
    """Return a cell of which something is known; `beyond`: it is surely worse, though many were looked at."""
    change = told.change
    verdict, reason = _verdict(change, metric, tolerance)
    wholly = _wholly_beyond(change.adjusted, metric, tolerance)
    return CellComparison(
        id=cell.id,
        factors=cell.factors,
        verdict=verdict,
        reason=reason,
        regression=wholly and beyond,
        a=_side(way.a),
        b=_side(way.b),
        ratio=change.ratio,
        adjusted=change.adjusted,
        machine_speed=change.cpu,
        parse_work=way.work,
        baseline_id=cell.baseline_id,
        by=told.by,
        memory_speed=change.memory,
        felt=told.felt,
        would_show=expm1(change.reach),
        beyond=wholly,
        p=None if metric.better is None else _p(change, metric),
    )


def _wholly_beyond(adjusted: Interval, metric: Measure, tolerance: float) -> bool:
    """Whether all that is known is worse by more than a tolerance."""
    if metric.better == "more":
        return adjusted.high < 1 - tolerance
    return metric.better == "less" and adjusted.low > 1 + tolerance


def _verdict(change: Change, metric: Measure, tolerance: float) -> tuple[ComparisonVerdict, str | None]:
    adjusted = change.adjusted
    lower, higher = metric.words
    if differs(adjusted):
        return (lower if adjusted.high < 1 else higher), None
    worse = (metric.better != "less" and adjusted.low < 1 - tolerance) or (
        metric.better != "more" and adjusted.high > 1 + tolerance
    )
    reasons = []
    if differs(change.ratio):
        memory = "" if change.memory is None else f", its memory's {times(change.memory)}"
        reasons.append(
            f"{times(change.ratio.median)} is within what the machine's own speed ({times(change.cpu)}{memory})"
            " and the calibration may explain"
        )
    if worse:
        reasons.append(f"it may be worse by more than {share(tolerance)}")
    return ("cannot tell" if worse else "no difference"), "; ".join(reasons) or None


def _side(rounds: Rounds) -> Side:
    return Side(rounds.valid, median(rounds.values.values()) if rounds.values else None, rounds.status)


def untold_cell(cell: MeasuredCell, way: Way) -> CellComparison:
    """Return a cell that both sides have, and of which nothing can be told."""
    return CellComparison(
        id=cell.id,
        factors=cell.factors,
        verdict="cannot tell",
        reason=way.missing,
        regression=False,
        a=_side(way.a),
        b=_side(way.b),
        ratio=between(way.a.values, way.b.values),
        adjusted=None,
        machine_speed=between(way.a.cpu, way.b.cpu),
        parse_work=way.work,
    )


def lone_cell(cell: MeasuredCell, metric: Measure, *, in_a: bool) -> CellComparison:
    """Return a cell that one side alone has."""
    side = None if metric.repetition is None else _side(rounds_of(cell, metric))
    return CellComparison(
        id=cell.id,
        factors=cell.factors,
        verdict="only in A" if in_a else "only in B",
        reason=None,
        regression=False,
        a=side if in_a else None,
        b=None if in_a else side,
        ratio=None,
        adjusted=None,
        machine_speed=None,
        parse_work=None,
    )
