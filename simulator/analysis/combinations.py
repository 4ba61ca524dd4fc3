"""The combinations of levels of a run: which cells belong together, and what combinations and cells are called."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.measures.factors import CASE, IN_FLIGHT, STRATEGY
from simulator.measures.varying import varying
from simulator.result.document import CellResult, ResultDocument

Key = tuple[tuple[str, str], ...]
"""Factors beside the contrasted one, each with its level."""


@dataclass(frozen=True)
class Combination:
    """The cells of one combination of levels, which are compared with one another."""

    key: Key
    label: str
    """The levels that vary from one combination to another, as a scenario writes them; empty where none does."""
    title: str
    """The same for a headline: never empty, and with the jobs in flight."""
    cells: tuple[CellResult, ...]
    """The levels of the contrasted factor as they are listed; of strategies, the baseline comes first."""
    contrast: str = STRATEGY
    """The factor whose levels the cells are."""


def combinations(document: ResultDocument) -> tuple[Combination, ...]:
    """Return the combinations in the order of the run; without strategies beside the baseline, it alone."""
    contrast = contrasted(document)
    groups = _compared(document.cells, contrast)
    if not groups:
        for cell in document.cells:
            groups.setdefault(key_of(cell.factors), []).append(cell)
    return _named(groups, document, contrast)


def by_strategy(document: ResultDocument) -> tuple[Combination, ...]:
    """Return the combinations over whose baselines speed-ups are, whatever is contrasted."""
    return _named(_compared(document.cells, STRATEGY), document, STRATEGY)


def contrasted(document: ResultDocument) -> str:
    """Return the factor whose levels are compared."""
    return str(document.scenario.get("contrast") or STRATEGY)


def called(cell: CellResult, contrast: str) -> CellResult:
    """Return a cell with its name among those that it is compared with; of strategies it needs none.

    A cell that the contrasted factor does not concern keeps the name of its strategy.
    """
    if contrast == STRATEGY or contrast not in cell.factors:
        return replace(cell, level=None)
    level = str(cell.factors[contrast])
    speaks_for_itself = level[:1].isalpha() and level not in ("None", "True", "False")
    return replace(cell, level=level if speaks_for_itself else named(contrast, level))


def along(document: ResultDocument, path: str) -> tuple[Combination, ...]:
    """Return the combinations of all levels but those of one factor, over which a line can be drawn.

    Each has its baselines first. None where the factor does not vary, or is itself the contrasted one.

    Args:
        document: the run.
        path: of the factor.
    """
    contrast = contrasted(document)
    if contrast == path:
        return ()
    groups = _compared([cell for cell in document.cells if path in cell.factors], contrast, path)
    varying = {
        k: cells for k, cells in groups.items() if len({str(cell.factors[path]) for cell in cells}) > 1
    }
    return _named(varying, document, contrast)


def others(factors: Mapping[str, Any], *without: str, contrast: str = STRATEGY) -> dict[str, Any]:
    """Return the levels of all factors but the contrasted one and those that are to be left out."""
    return {name: level for name, level in factors.items() if name not in (contrast, *without)}


def key_of(factors: Mapping[str, Any], *without: str, contrast: str = STRATEGY) -> Key:
    """Return the same as texts: cells of the same key are compared with one another."""
    return tuple((name, str(level)) for name, level in others(factors, *without, contrast=contrast).items())


def named(factor: str, level: str) -> str:
    """Return a factor and its level as they are written in a scenario."""
    written = {"None": "null", "True": "true", "False": "false"}.get(level, level)
    return level if factor in (CASE, STRATEGY) else f"{factor} {written}"


def _compared(cells: Sequence[CellResult], contrast: str, *without: str) -> dict[Key, list[CellResult]]:
    groups: dict[Key, list[CellResult]] = {}
    for cell in cells:
        # Where strategies are not compared, the baseline is one of those that something else is compared under.
        if contrast != STRATEGY or cell.baseline_id is not None:
            groups.setdefault(key_of(cell.factors, *without, contrast=contrast), []).append(cell)
    return groups


def _named(
    groups: Mapping[Key, Sequence[CellResult]], document: ResultDocument, contrast: str
) -> tuple[Combination, ...]:
    varied = varying([dict(key) for key in groups])
    by_id = {cell.id: cell for cell in document.cells}
    return tuple(
        Combination(
            key,
            _label(key, varied),
            _title(key, varied, document),
            (*(_baselines(cells, by_id) if contrast == STRATEGY else ()), *cells),
            contrast,
        )
        for key, cells in groups.items()
    )


def _baselines(cells: Sequence[CellResult], by_id: Mapping[str, CellResult]) -> list[CellResult]:
    ids = dict.fromkeys(cell.baseline_id or "" for cell in cells)
    return [by_id[id_] for id_ in ids if id_ in by_id]


def _label(key: Key, varied: Collection[str]) -> str:
    return ", ".join(named(name, level) for name, level in key if name in varied)


def _title(key: Key, varied: Collection[str], document: ResultDocument) -> str:
    flight = dict(key).get(IN_FLIGHT, "")
    fixed = "" if IN_FLIGHT in varied or not flight else f"{flight} in flight"
    return ", ".join(filter(None, (_label(key, varied), fixed))) or str(document.scenario["name"])
