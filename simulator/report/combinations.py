"""Cells that are compared with one another: those of one combination of levels, and what it is called."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.result.document import CellResult, ResultDocument

Combination = tuple[tuple[str, str], ...]
"""Factors other than the strategy, each with its level as text."""


@dataclass(frozen=True)
class Group:
    """One combination."""

    key: Combination
    title: str
    cells: tuple[CellResult, ...]
    """The baseline first, where there is one."""


def groups_of(document: ResultDocument) -> tuple[Group, ...]:
    """Return the combinations of a document in its order."""
    groups: dict[Combination, list[CellResult]] = defaultdict(list)
    by_id = {cell.id: cell for cell in document.cells}
    for cell in document.cells:
        if cell.baseline_id is None:
            continue
        group = groups[_combination(cell.factors)]
        baseline = by_id.get(cell.baseline_id)
        if not group and baseline is not None:
            group.append(baseline)
        group.append(cell)
    if not groups:
        for cell in document.cells:
            groups[_combination(cell.factors)].append(cell)
    varying = varied(groups)
    return tuple(Group(key, title(key, varying, document), tuple(cells)) for key, cells in groups.items())


def varied(groups: Mapping[Combination, Any]) -> frozenset[str]:
    """Return the factors that have more than one level."""
    levels: dict[str, set[str | None]] = {}
    for name in {name for key in groups for name, _ in key}:
        levels[name] = {dict(key).get(name) for key in groups}
    return frozenset(name for name, found in levels.items() if len(found) > 1)


def title(key: Combination, varying: frozenset[str], document: ResultDocument) -> str:
    """Return what a combination is called."""
    levels = [named(name, level) for name, level in key if name in varying]
    flight = dict(key).get("in_flight", "")
    fixed = [] if "in_flight" in varying or not flight else [f"{flight} in flight"]
    return ", ".join([*levels, *fixed]) or str(document.scenario["name"])


def named(factor: str, level: str) -> str:
    """Return a factor and its level as they are written in a scenario."""
    written = {"None": "null", "True": "true", "False": "false"}.get(level, level)
    return level if factor == "case" else f"{factor} {written}"


def _combination(factors: Mapping[str, Any]) -> Combination:
    return tuple((name, str(level)) for name, level in factors.items() if name != "strategy")
