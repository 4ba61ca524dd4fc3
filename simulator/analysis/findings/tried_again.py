"""What attempts that fail cost each strategy: more requests, slots that back off, pages that are given up."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.result.document import CellResult
from simulator.result.findings.reasons import TriedAgain

WORTH = 0.01
"""Share of the jobs' time in back-off from which on it is worth a word."""


def tried_again(scope: Mapping[str, Any], cells: Sequence[CellResult]) -> list[TriedAgain]:
    """Return what is to be said of the strategy whose jobs back off longest, and of pages that were given up."""
    known = [cell for cell in cells if cell.attempts_per_page is not None and cell.backoff is not None]
    if not known:
        return []
    most = max(known, key=lambda cell: cell.backoff or 0.0)
    given_up = tuple(cell.name for cell in known if cell.given_up)
    worth = most.backoff if (most.backoff or 0.0) >= WORTH else None
    if worth is None and not given_up:
        return []
    return [
        TriedAgain(
            scope=scope,
            strategy=most.name,
            attempts_per_page=most.attempts_per_page or 0.0,
            backoff=worth,
            holds_slots=not most.environment.get("puts_aside"),
            given_up=given_up,
        )
    ]
