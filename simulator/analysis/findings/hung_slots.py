"""Requests that hang hold their slots, under every strategy alike; what a slot more costs is what differs."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.result.document import CellResult
from simulator.result.findings.reasons import HungSlots, SlotPrice

WORTH = 0.02
"""Share of the jobs' time in flight from which on it is worth a word."""
ONE_EACH = ("threads", "processes")
"""Strategies whose slots are one thread, or one process, beside what the baseline has: the same client and parser."""


def hung_slots(
    scope: Mapping[str, Any], base: CellResult | None, cells: Sequence[CellResult]
) -> list[HungSlots]:
    """Return what is to be said of the strategy of whose time hung requests take most."""
    known = [(hung, cell) for cell in cells if cell.server is not None and (hung := cell.server.hung)]
    if not known:
        return []
    hung, cell = max(known, key=lambda found: found[0])
    if hung < WORTH:
        return []
    prices = [_price(base, each) for each in cells]
    return [
        HungSlots(
            scope=scope,
            strategy=cell.name,
            hung=hung,
            in_flight=cell.in_flight,
            slots=hung * cell.in_flight,
            prices=tuple(price for price in prices if price is not None),
        )
    ]


def _price(base: CellResult | None, cell: CellResult) -> SlotPrice | None:
    """Return what each slot of a strategy holds more than the baseline has for its one."""
    if (
        base is None
        or base.memory_bytes is None
        or cell.memory_bytes is None
        or cell.strategy not in ONE_EACH
    ):
        return None
    more = cell.memory_bytes - base.memory_bytes
    slots = cell.in_flight - base.in_flight
    return None if more <= 0 or slots <= 0 else SlotPrice(strategy=cell.strategy, bytes=more / slots)
