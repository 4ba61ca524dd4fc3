"""Whether a cell's workers had a GIL."""

from simulator.result.document import CellResult


def gil_of(cell: CellResult) -> bool | None:
    """Return whether a cell's workers had a GIL after their imports; null: not known, or not the same in all."""
    environments = [r.environment for r in cell.whole()]
    states = {state for about in environments for state in about.get("gil_enabled") or ()}
    states |= {True for about in environments if about.get("gil_turned_on_by")}
    return states.pop() if len(states) == 1 else None
