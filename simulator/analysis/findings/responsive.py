"""How long an event loop stands still where it parses itself, where others parse for it, and what that costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.result.document import CellResult, Finding
from simulator.text.numbers import duration, share
from simulator.text.words import listed

ON_LOOP = "asyncio"
HANDED_OVER = "asyncio_to_"
"""What strategies are called whose loop hands pages to a pool: of threads, processes or interpreters."""


def responsive(scope: Mapping[str, Any], cells: Sequence[CellResult]) -> list[Finding]:
    """Return the worst stall of the loop on each place of parsing in this combination, and its price in wall time.

    Nothing where `asyncio`, or all that hand the parse over, are missing or have no lag.
    """
    by_name = {cell.strategy: cell for cell in cells if _lag_s(cell) is not None}
    on_loop = by_name.get(ON_LOOP)
    handed = [cell for other, cell in by_name.items() if other.startswith(HANDED_OVER)]
    if on_loop is None or not handed:
        return []
    numbers: dict[str, float | str | None] = {"loop_lag_max_s_asyncio": _lag_s(on_loop)}
    parts = []
    for cell in handed:
        price = _price(cell, on_loop)
        place = cell.strategy.removeprefix(HANDED_OVER)
        wall = "" if price is None else f" at {'+' if price >= 0 else ''}{share(price)} wall time"
        parts.append(f"to {place} {duration(_lag_s(cell) or 0.0)}{wall}")
        numbers |= {f"loop_lag_max_s_{cell.strategy}": _lag_s(cell), f"makespan_ratio_{cell.strategy}": price}
    idle_s = idle_lag_s(on_loop)
    numbers["idle_loop_lag_max_s"] = idle_s
    control = (
        "" if idle_s is None else f" A loop that has nothing to do is up to {duration(idle_s)} late here."
    )
    return [
        Finding(
            "responsive",
            f"Parsed on the loop, it stands still for up to {duration(_lag_s(on_loop) or 0.0)}; handed {listed(parts)}."
            + control,
            scope,
            numbers,
        )
    ]


def idle_lag_s(cell: CellResult) -> float | None:
    """Return how late a tick of an idle loop was at most, measured before the run; null where it was not."""
    found = (cell.calibration or {}).get("idle_loop_lag_s") or {}
    value: float | None = found.get("max")
    return value


def _lag_s(cell: CellResult) -> float | None:
    return None if cell.loop_lag_s is None else cell.loop_lag_s.max


def _price(cell: CellResult, over: CellResult) -> float | None:
    """Return by which share the makespan is longer; null where one has none."""
    if cell.makespan_s is None or not over.makespan_s:
        return None
    return cell.makespan_s / over.makespan_s - 1
