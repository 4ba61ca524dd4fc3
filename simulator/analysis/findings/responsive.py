"""How long an event loop stands still where it parses itself, where others parse for it, and what that costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.pairing import ratio
from simulator.result.document import CellResult
from simulator.result.findings.reasons import Handed, Responsive
from simulator.stats.intervals import Interval

ON_LOOP = "asyncio"
HANDED_OVER = "asyncio_to_"
"""What strategies are called whose loop hands pages to a pool: of threads, processes or interpreters."""


def responsive(
    scope: Mapping[str, Any], cells: Sequence[CellResult], first: int | None = None
) -> list[Responsive]:
    """Return the worst stall of the loop on each place of parsing in this combination, and its price in wall time.

    Nothing where `asyncio`, or all that hand the parse over, are missing or have no lag.

    Args:
        scope: its levels.
        cells: valid ones with equal jobs in flight.
        first: the document's `scatter_rounds`.
    """
    by_name = {cell.strategy: (cell, lag_s) for cell in cells if (lag_s := _lag_s(cell)) is not None}
    if ON_LOOP not in by_name:
        return []
    on_loop, on_loop_lag_s = by_name[ON_LOOP]
    handed = tuple(
        _handed(cell, lag_s, ratio(cell, on_loop, first, lambda measures: measures.makespan_s))
        for name, (cell, lag_s) in by_name.items()
        if name.startswith(HANDED_OVER)
    )
    if not handed:
        return []
    return [
        Responsive(
            scope=scope,
            loop_lag_max_s=on_loop_lag_s,
            handed=handed,
            idle_loop_lag_max_s=idle_lag_s(on_loop),
        )
    ]


def idle_lag_s(cell: CellResult) -> float | None:
    """Return how late a tick of an idle loop was at most, measured before the run; null where it was not."""
    found = cell.calibration.idle_loop_lag_s if cell.calibration is not None else None
    return found.max if found is not None else None


def _lag_s(cell: CellResult) -> float | None:
    return None if cell.loop_lag_s is None else cell.loop_lag_s.max


def _handed(cell: CellResult, lag_s: float, wall: Interval | None) -> Handed:
    return Handed(
        strategy=cell.strategy,
        to=cell.strategy.removeprefix(HANDED_OVER),
        loop_lag_max_s=lag_s,
        longer=None if wall is None else wall.median - 1,
        wall=wall,
    )
