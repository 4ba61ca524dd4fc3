"""Run B against run A, cell by cell. Nothing is called different within the change of the machine's own speed.

The spin timed around each repetition says how fast the machine was then. How much of a change of that speed a job
feels is not known: all of it if it computes, nothing if it waits. So a ratio counts only when its interval excludes
everything between 1 and the machine's own ratio. The same goes for the amount of parsing that two calibrations of one
parse cost came to.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from simulator.analysis.circumstances import cautions
from simulator.analysis.summary import status_of, valid
from simulator.measures.measure import Measure
from simulator.result.comparison import (
    SCHEMA,
    CellComparison,
    ComparedRun,
    Comparison,
    ComparisonVerdict,
    Side,
)
from simulator.result.measured import MeasuredCell, MeasuredRun
from simulator.result.repetition import Repetition
from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval
from simulator.stats.unpaired import powered, unpaired_ratio
from simulator.text.numbers import factor, times
from simulator.text.words import counted


@dataclass(frozen=True)
class _Measured:
    """One cell of one run: its valid values, or why there are none."""

    rounds: int
    values: tuple[float, ...]
    speeds: tuple[float, ...]
    """One over the spin's seconds, of the same repetitions."""
    missing: str | None

    @property
    def side(self) -> Side:
        return Side(self.rounds, float(np.median(self.values)) if self.values else None)


def compare_runs(
    a: MeasuredRun, b: MeasuredRun, metric: Measure, tolerance: float, across: Sequence[str] = ()
) -> Comparison:
    """Compare two runs, B against A, in the order of A's cells, then those that only B has.

    Args:
        a: what is compared with.
        b: what may have become faster or slower.
        metric: what is compared; one that ranks.
        tolerance: by how much worse B may be before it is a regression.
        across: how machine and Python differ, as `circumstances.differences` found it.
    """
    cells_a, cells_b = ({cell.id: cell for cell in run.cells} for run in (a, b))
    common = [cell_id for cell_id in cells_a if cell_id in cells_b]
    overall = unpaired_ratio(
        *(_speed_by_round(cells[cell_id] for cell_id in common) for cells in (cells_b, cells_a))
    )
    compared: list[CellComparison] = []
    for cell in (*a.cells, *(cell for cell in b.cells if cell.id not in cells_a)):
        in_a, in_b = cells_a.get(cell.id), cells_b.get(cell.id)
        if in_a is not None and in_b is not None:
            compared.append(_compare(in_a, in_b, metric, tolerance))
        else:
            compared.append(_lone(cell, metric, in_a=in_a is not None))
    return Comparison(
        schema=SCHEMA,
        metric=metric.name,
        unit=metric.base_unit,
        tolerance=tolerance,
        a=ComparedRun(a.id, a.name, a.started_at),
        b=ComparedRun(b.id, b.name, b.started_at),
        across=tuple(across),
        cautions=cautions(a, b),
        machine_speed=overall,
        cells=tuple(compared),
    )


def _speed_by_round(cells: Iterable[MeasuredCell]) -> list[float]:
    """Return the machine's mean speed in each round, over the valid repetitions of these cells."""
    logs: dict[int, list[float]] = defaultdict(list)
    for cell in cells:
        for repetition in valid(cell.repetitions):
            if repetition.measures is not None and repetition.measures.spin_s > 0:
                logs[repetition.round].append(-log(repetition.measures.spin_s))
    return [exp(sum(found) / len(found)) for found in logs.values()]


def _measured(cell: MeasuredCell, metric: Measure) -> _Measured:
    good: list[Repetition] = valid(cell.repetitions)
    status, reason = status_of(cell.unsupported, cell.repetitions, good)
    if status != "ok":
        return _Measured(0, (), (), f"{status}: {reason}")
    measures = [r.measures for r in good if r.measures is not None]
    values = [metric.of_repetition(m) for m in measures]
    usable = tuple(value for value in values if value is not None and value > 0)
    speeds = tuple(1 / m.spin_s for m in measures if m.spin_s > 0)
    missing: str | None = None
    if len(usable) < len(values):
        # Those that have a value may be the better ones: what is missing is not missing by chance.
        missing = _missing(values, metric)
    elif len(values) < FEWEST_FOR_INTERVAL:
        missing = f"{counted(len(values), 'valid round')}, {FEWEST_FOR_INTERVAL} are needed"
    elif len(speeds) < len(values):
        missing = "the machine's speed was not taken in every round"
    return _Measured(len(values), usable, speeds, missing)


def _missing(values: Sequence[float | None], metric: Measure) -> str:
    """Say in how many rounds there is nothing that a ratio can be formed of, and why."""
    none = sum(value is None or (metric.floor is None and value <= 0) for value in values)
    if none:
        return f"{none} of {len(values)} valid rounds have no {metric.name} ({metric.why_missing})"
    zero = sum(value is not None and value <= 0 for value in values)
    return (
        f"{zero} of {len(values)} valid rounds have a {metric.called} of 0, and a ratio needs more than that"
    )


def _lone(cell: MeasuredCell, metric: Measure, *, in_a: bool) -> CellComparison:
    side = _measured(cell, metric).side
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


def _compare(cell_a: MeasuredCell, cell_b: MeasuredCell, metric: Measure, tolerance: float) -> CellComparison:
    a, b = _measured(cell_a, metric), _measured(cell_b, metric)
    ratio, speed = unpaired_ratio(b.values, a.values), unpaired_ratio(b.speeds, a.speeds)
    work = _work_ratio(cell_a, cell_b)
    missing = [f"in {name} {m.missing}" for name, m in (("A", a), ("B", b)) if m.missing is not None]
    adjusted = None
    verdict: ComparisonVerdict = "cannot tell"
    reason: str | None = "; ".join(missing)
    if ratio is not None and speed is not None and not missing:
        adjusted = _adjusted(ratio, speed, work or 1.0, metric.speed_power)
        verdict, reason = _verdict(ratio, adjusted, speed, metric)
    return CellComparison(
        id=cell_a.id,
        factors=cell_a.factors,
        verdict=verdict,
        reason=reason,
        regression=adjusted is not None and _regressed(verdict, adjusted, metric, tolerance),
        a=a.side,
        b=b.side,
        ratio=ratio,
        adjusted=adjusted,
        machine_speed=speed,
        parse_work=work,
    )


def _adjusted(ratio: Interval, speed: Interval, work: float, power: int) -> Interval:
    """Return the ratio divided by every share, from nothing to all, of what the machine's change may explain.

    Args:
        ratio: of the metric.
        speed: of the machine, by this cell's own spins, with their scatter.
        work: of the parsing per page that the calibrations came to.
        power: how the metric follows the machine's speed.
    """
    slowest, machine, fastest = powered(speed, power)
    by_work = -power * log(work)
    low = min(0.0, slowest) + min(0.0, by_work)
    high = max(0.0, fastest) + max(0.0, by_work)
    # The median gives back what the middle of the machine's change explains, but never passes beyond 1.
    middle = log(ratio.median)
    if middle < 0:
        middle = min(0.0, middle - min(0.0, machine) - min(0.0, by_work))
    else:
        middle = max(0.0, middle - max(0.0, machine) - max(0.0, by_work))
    return Interval(exp(middle), exp(log(ratio.low) - high), exp(log(ratio.high) - low))


def _verdict(
    ratio: Interval, adjusted: Interval, speed: Interval, metric: Measure
) -> tuple[ComparisonVerdict, str | None]:
    lower, higher = metric.words
    if adjusted.high < 1:
        return lower, None
    if adjusted.low > 1:
        return higher, None
    if ratio.low <= 1 <= ratio.high:
        return "no difference", None
    return "no difference", (
        f"{times(ratio.median)} is within what the machine's own speed ({factor(speed.low)} to {times(speed.high)})"
        " and the calibration may explain"
    )


def _regressed(verdict: ComparisonVerdict, adjusted: Interval, metric: Measure, tolerance: float) -> bool:
    lower, higher = metric.words
    if metric.better == "more":
        return verdict == lower and adjusted.median < 1 - tolerance
    return verdict == higher and adjusted.median > 1 + tolerance


def _work_ratio(a: MeasuredCell, b: MeasuredCell) -> float | None:
    """Return how much parsing per page B's calibration came to, over A's; null where one has no calibration."""
    before, after = (cell.calibration.work if cell.calibration is not None else None for cell in (a, b))
    return after / before if before and after else None
