"""Which cells a condition speaks of: every combination of the levels that it leaves open.

A factor that a metric does not name stands for every level. Metrics of one condition vary together: each combination
takes the cells whose open factors are at the same levels. A factor that has one level among a metric's cells (as
`in_flight` of `sequential`, or what a case fixes) leaves nothing open, so that those cells meet all levels of it.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.units import parse_duration, parse_rate, parse_size
from simulator.expectations.syntax import Level, Measured
from simulator.measures.factors import PARSE_COST, STRATEGY
from simulator.measures.registry import CROSSOVER

Factors = Mapping[str, Any]
"""Dotted path → level of one cell; always with `strategy` and `in_flight`."""


@dataclass(frozen=True)
class Row:
    """Cells that a metric reads at one combination of its open factors."""

    levels: Factors
    cells: Mapping[Measured, tuple[int, ...]]
    """Positions in the list of cells; several for a crossover, which runs along one factor."""


def combinations(cells: Sequence[Factors], metrics: Sequence[Measured]) -> list[Row]:
    """Return every combination for which all metrics have cells, in the order of the cells."""
    joined = [Row({}, {})]
    for metric in metrics:
        joined = _join(joined, _rows(cells, metric))
    return joined


def of_strategy(cells: Sequence[Factors], name: str, levels: Sequence[Level]) -> list[int]:
    """Return the positions of a strategy's cells that have all of these levels."""
    return [
        index
        for index, factors in enumerate(cells)
        if factors[STRATEGY] == name
        and all(level.path in factors and is_level(factors[level.path], level.level) for level in levels)
    ]


def is_level(level: Any, written: str) -> bool:
    """Whether a text names a level: by its text, or by its value as `0.02s` does for 20ms."""
    text = shown(level)
    if text == written:
        return True
    if isinstance(level, bool) or level is None:
        return text == written.lower()
    for read in (parse_duration, parse_size, parse_rate, float):
        try:
            if read(text) == read(written):
                return True
        except (ValueError, OverflowError):
            continue
    return False


def shown(level: Any) -> str:
    """Write a level as YAML does."""
    if isinstance(level, bool):
        return str(level).lower()
    return "null" if level is None else str(level)


def _rows(cells: Sequence[Factors], metric: Measured) -> list[Row]:
    rows = [Row({}, {metric: ()})]
    for strategy in metric.strategies:
        found = of_strategy(cells, strategy.name, metric.levels)
        fixed = {STRATEGY, *(level.path for level in metric.levels)}
        if metric.metric == CROSSOVER:
            fixed.add(PARSE_COST)
        several: dict[str, set[str]] = defaultdict(set)
        for index in found:
            for path, level in cells[index].items():
                several[path].add(_key(level))
        open_ = {path for path, levels in several.items() if path not in fixed and len(levels) > 1}
        groups: dict[tuple[tuple[str, str], ...], list[int]] = defaultdict(list)
        for index in found:
            groups[_keys(cells[index], open_)].append(index)
        mine = [
            Row(
                {path: level for path, level in cells[indices[0]].items() if path in open_},
                {metric: tuple(indices)},
            )
            for indices in groups.values()
        ]
        rows = _join(rows, mine)
    return rows


def _join(left: Sequence[Row], right: Sequence[Row]) -> list[Row]:
    """Return every pair whose common factors are at the same levels."""
    if not left or not right:
        return []
    # All rows of one side are open in the same factors, but for those below single strategies.
    found = []
    shared = set[str]().union(*(row.levels for row in left)) & set[str]().union(*(r.levels for r in right))
    by_key: dict[tuple[tuple[str, str], ...], list[Row]] = defaultdict(list)
    for row in right:
        by_key[_keys(row.levels, shared)].append(row)
    for row in left:
        for other in by_key.get(_keys(row.levels, shared), ()):
            cells = dict(row.cells)
            for metric, indices in other.cells.items():
                cells[metric] = (*cells.get(metric, ()), *indices)
            found.append(Row({**row.levels, **other.levels}, cells))
    return found


def _keys(levels: Factors, paths: set[str]) -> tuple[tuple[str, str], ...]:
    return tuple((path, _key(levels[path])) for path in sorted(paths) if path in levels)


def _key(level: Any) -> str:
    return json.dumps(level, sort_keys=True)
