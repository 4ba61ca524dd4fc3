"""The combinations of levels of a run: which cells belong together, and what they are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.measures.factors import CASE, IN_FLIGHT, STRATEGY
from simulator.result.document import CellResult, ResultDocument

Key = tuple[tuple[str, str], ...]
"""Factors beside the strategy, each with its level."""


@dataclass(frozen=True)
class Combination:
    """The cells of one combination of levels, which are compared with one another."""

    key: Key
    label: str
    """The levels that vary from one combination to another, as a scenario writes them; empty where none does."""
    title: str
    """The same for a headline: never empty, and with the jobs in flight."""
    cells: tuple[CellResult, ...]
    """The baseline first, then the strategies as they are listed."""


def combinations(document: ResultDocument) -> tuple[Combination, ...]:
    """Return the combinations in the order of the run; without strategies beside the baseline, it alone."""
    groups = _compared(document.cells)
    if not groups:
        for cell in document.cells:
            groups.setdefault(key_of(cell.factors), []).append(cell)
    return _named(groups, document)


def along(document: ResultDocument, path: str) -> tuple[Combination, ...]:
    """Return the combinations of all levels but those of one factor, over which a line can be drawn.

    Each has its baselines first. None where the factor does not vary.

    Args:
        document: the run.
        path: of the factor.
    """
    groups = _compared([cell for cell in document.cells if path in cell.factors], path)
    varying = {
        k: cells for k, cells in groups.items() if len({str(cell.factors[path]) for cell in cells}) > 1
    }
    return _named(varying, document)


def others(factors: Mapping[str, Any], *without: str) -> dict[str, Any]:
    """Return the levels of all factors but the strategy and those that are to be left out."""
    return {name: level for name, level in factors.items() if name not in (STRATEGY, *without)}


def key_of(factors: Mapping[str, Any], *without: str) -> Key:
    """Return the same as texts: cells of the same key are compared with one another."""
    return tuple((name, str(level)) for name, level in others(factors, *without).items())


def named(factor: str, level: str) -> str:
    """Return a factor and its level as they are written in a scenario."""
    written = {"None": "null", "True": "true", "False": "false"}.get(level, level)
    return level if factor == CASE else f"{factor} {written}"


def _compared(cells: Sequence[CellResult], *without: str) -> dict[Key, list[CellResult]]:
    groups: dict[Key, list[CellResult]] = {}
    for cell in cells:
        if cell.baseline_id is not None:
            groups.setdefault(key_of(cell.factors, *without), []).append(cell)
    return groups


def _named(groups: Mapping[Key, Sequence[CellResult]], document: ResultDocument) -> tuple[Combination, ...]:
    varied = {name for name, levels in _levels(groups).items() if len(levels) > 1}
    by_id = {cell.id: cell for cell in document.cells}
    return tuple(
        Combination(
            key,
            _label(key, varied),
            _title(key, varied, document),
            (*(by_id[id_] for id_ in dict.fromkeys(c.baseline_id for c in cells) if id_ in by_id), *cells),
        )
        for key, cells in groups.items()
    )


def _levels(groups: Mapping[Key, Any]) -> dict[str, set[str | None]]:
    levels = [dict(key) for key in groups]
    names = {name for each in levels for name in each}
    return {name: {each.get(name) for each in levels} for name in names}


def _label(key: Key, varied: set[str]) -> str:
    return ", ".join(named(name, level) for name, level in key if name in varied)


def _title(key: Key, varied: set[str], document: ResultDocument) -> str:
    flight = dict(key).get(IN_FLIGHT, "")
    fixed = "" if IN_FLIGHT in varied or not flight else f"{flight} in flight"
    return ", ".join(filter(None, (_label(key, varied), fixed))) or str(document.scenario["name"])
