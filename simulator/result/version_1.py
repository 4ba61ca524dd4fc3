"""Documents of "simulator.result/1", as versions 0.1.0 to 0.5.x wrote them, made into ones of version 2.

In version 1 a finding was a sentence with a few numbers, whose keys had names of strategies in them. What a finding of
version 2 has was not in it, so they are left out, and concluded anew from the cells where that can be done.
"""

from collections.abc import Iterable, Mapping
from typing import Any

SCHEMA = "simulator.result/1"

_INTERVALS = ("throughput_per_s", "speedup")


def lifted(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON object of version 2. What is damaged stays so, and is found when that is checked.

    Args:
        raw: of version 1.
    """
    cells = raw.get("cells")
    return {
        **raw,
        "schema": "simulator.result/2",
        "scenario_resolved": None,
        "findings": [],
        **({"cells": [*_cells(cells)]} if isinstance(cells, list) else {}),
    }


def _cells(cells: Iterable[Any]) -> Iterable[Any]:
    known = [cell for cell in cells if isinstance(cell, Mapping)]
    valid = {cell.get("id"): _valid_rounds(cell.get("repetitions")) for cell in known}
    for cell in cells:
        if not isinstance(cell, Mapping):
            yield cell
            continue
        own = valid[cell.get("id")]
        rounds = (own, own & valid.get(cell.get("baseline_id"), own))
        yield {
            **cell,
            **{
                name: {**found, "rounds": len(made_by)}
                for name, made_by in zip(_INTERVALS, rounds, strict=True)
                if isinstance(found := cell.get(name), Mapping)
            },
        }


def _valid_rounds(repetitions: Any) -> set[int]:
    """Return the rounds that an interval of this cell was made by."""
    known = repetitions if isinstance(repetitions, list) else ()
    return {
        one["round"]
        for one in known
        if isinstance(one, Mapping) and one.get("status") == "ok" and one.get("measures") and "round" in one
    }
