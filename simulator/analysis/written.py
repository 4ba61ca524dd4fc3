"""What is written for a cell: its level, that of its case, or what the scenario has."""

from collections.abc import Mapping
from typing import Any

from simulator.measures.factors import CASE
from simulator.result.document import CellResult


def levels_of(cell: CellResult, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set for a cell beside what the scenario has for all, by dotted path."""
    case = (scenario.get("cases") or {}).get(cell.factors.get(CASE)) or {}
    return {**case, **cell.factors}


def written(cell: CellResult, scenario: Mapping[str, Any], path: str) -> Any:
    """Return what is written for a cell at a dotted path; null where nothing is."""
    levels = levels_of(cell, scenario)
    if path in levels:
        return levels[path]
    found: Any = scenario
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
