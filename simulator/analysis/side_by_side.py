"""One level of a factor against another, in one run that measured them side by side: B against A, paired by round.

What the machine did to a round hits both and cancels, so nothing is corrected for its speed, and nothing is divided
by a baseline. The words and what decides are those of two runs (`comparison`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, log

import numpy as np

from simulator.analysis.change import Change, Way
from simulator.analysis.comparable import over_baseline, rounds_of
from simulator.analysis.comparison import Told, beyond, lone_cell, told_cell, untold_cell
from simulator.measures.measure import Measure
from simulator.measures.work import SPEEDUP
from simulator.result.comparison import SCHEMA, ComparedRun, Comparison
from simulator.result.measured import MeasuredCell, MeasuredRun
from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval
from simulator.stats.paired import paired
from simulator.text.words import counted

Key = tuple[tuple[str, str], ...]
"""The levels of a cell's other factors."""


def compare_levels(
    run: MeasuredRun, factor: str, a: ComparedRun, b: ComparedRun, metric: Measure, tolerance: float
) -> Comparison:
    """Compare the cells of two levels, B against A, those of the same other levels with one another.

    Args:
        run: has both.
        factor: whose levels they are.
        a: the level that is compared with, as its id, and what it is called.
        b: the level that may be faster or slower.
        metric: what is compared; of one that does not rank, nothing is a regression.
        tolerance: by how much worse B may be before it is a regression.
    """
    sides = tuple(_cells(run, factor, level.id) for level in (a, b))
    whole = {cell.id: cell for cell in run.cells}
    ways = {key: _way(sides[0][key], sides[1][key], metric, whole) for key in sides[0] if key in sides[1]}
    told = _told({key: way for key, way in ways.items() if not way.missing}, metric, run.first, tolerance)
    surely = beyond(told, metric)
    cells = []
    for key, cell in {**sides[0], **sides[1]}.items():
        shown = _without(sides[1].get(key, cell), factor)
        shown = replace(shown, baseline_id=_baseline_of(shown, cell, sides[1], whole, factor))
        if key in told:
            cells.append(told_cell(shown, ways[key], told[key], metric, tolerance, beyond=key in surely))
        elif key in ways:
            cells.append(untold_cell(shown, ways[key]))
        else:
            cells.append(lone_cell(shown, metric, in_a=key in sides[0]))
    return Comparison(
        schema=SCHEMA,
        metric=metric.name,
        unit=metric.base_unit,
        tolerance=tolerance,
        a=a,
        b=b,
        across=(),
        cautions=(),
        machine_speed=None,
        cells=tuple(cells),
        run=run.id,
    )


def _cells(run: MeasuredRun, factor: str, level: str) -> dict[Key, MeasuredCell]:
    return {_key(cell, factor): cell for cell in run.cells if str(cell.factors.get(factor)) == level}


def _key(cell: MeasuredCell, factor: str) -> Key:
    return tuple((name, str(level)) for name, level in cell.factors.items() if name != factor)


def _without(cell: MeasuredCell, factor: str) -> MeasuredCell:
    return replace(cell, factors={name: level for name, level in cell.factors.items() if name != factor})


def _baseline_of(
    shown: MeasuredCell,
    cell: MeasuredCell,
    of_b: Mapping[Key, MeasuredCell],
    whole: Mapping[str, MeasuredCell],
    factor: str,
) -> str | None:
    """Return the id under which the comparison has a cell's baseline: that of B, where B has it."""
    baseline = whole.get(shown.baseline_id or cell.baseline_id or "")
    if baseline is None:
        return None
    return of_b.get(_key(baseline, factor), baseline).id


def _way(a: MeasuredCell, b: MeasuredCell, metric: Measure, whole: Mapping[str, MeasuredCell]) -> Way:
    """Return the rounds of both; of fewer than three that both have, why nothing can be told."""
    of_a, of_b = (
        rounds_of(cell, metric)
        if metric.repetition is not None
        else over_baseline(cell, whole.get(cell.baseline_id or ""))
        for cell in (a, b)
    )
    both = of_a.values.keys() & of_b.values.keys()
    if of_a.missing is None and of_b.missing is None and len(both) < FEWEST_FOR_INTERVAL:
        missing = (
            f"{counted(len(both), 'round')} with a valid repetition of both, {FEWEST_FOR_INTERVAL} are needed"
        )
        of_b = replace(of_b, missing=missing)
    return Way(of_a, of_b, 0, 0.0, None)


def _told(ways: Mapping[Key, Way], metric: Measure, first: int | None, tolerance: float) -> dict[Key, Told]:
    if not ways:
        return {}
    logs: Sequence[Sequence[float]] = [
        [log(way.b.values[r] / way.a.values[r]) for r in sorted(way.a.values.keys() & way.b.values.keys())]
        for way in ways.values()
    ]
    found = paired(logs, first)
    lower, higher = found.below(np.array(log(1 - tolerance))), found.above(np.array(log(1 + tolerance)))
    told = {}
    for i, key in enumerate(ways):
        mean, reach = float(found.mean[i]), float(found.reach[i])
        ratio = Interval(exp(mean), exp(mean - reach), exp(mean + reach), rounds=len(logs[i]))
        change = Change(ratio, ratio, None, None, float(lower[i]), float(higher[i]))
        told[key] = Told("speedup" if metric is SPEEDUP else "metric", change, 0.0)
    return told
