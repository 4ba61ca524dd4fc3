"""Retries that come all at one moment: jobs that were refused together wait as long, and are refused together again."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.attempts import TOGETHER_NS
from simulator.result.document import CellResult
from simulator.result.findings.reasons import RetriedTogether

CROWD = 2.0
"""Others that come with a retry, from which on it is one."""
TIMES_CHANCE = 3.0
"""So many times as many as would come with it by chance."""


def retried_together(scope: Mapping[str, Any], cells: Sequence[CellResult]) -> list[RetriedTogether]:
    """Return what is to be said of the strategy whose retries come in the largest crowds, if any do."""
    crowds = [(size, cell) for cell in cells if (size := _crowd(cell)) is not None]
    if not crowds:
        return []
    together, cell = max(crowds, key=lambda found: found[0])
    server = cell.server
    assert server is not None  # noqa: S101 - else it is no crowd
    again = server.refused_again or None
    waits = cell.environment.get("back_off") or {}
    limited = cell.bound_by == "the server" and cell.throughput_per_s is not None
    return [
        RetriedTogether(
            scope=scope,
            strategy=cell.name,
            together=together,
            within_s=TOGETHER_NS / 1e9,
            by_chance=server.retries_by_chance or 0.0,
            refused_again=again,
            goodput_per_s=cell.throughput_per_s.median if limited and cell.throughput_per_s else None,
            served_per_s=cell.bound_per_s if limited else None,
            retry_after=bool(waits.get("honour_retry_after")) and again is not None,
            jitter=waits.get("jitter"),
        )
    ]


def _crowd(cell: CellResult) -> float | None:
    """Return how many others come with a retry, where that is more than chance brings together."""
    together = cell.server.retries_together if cell.server is not None else None
    if cell.server is None or together is None or together < CROWD:
        return None
    return together if together >= TIMES_CHANCE * (cell.server.retries_by_chance or 0.0) else None
