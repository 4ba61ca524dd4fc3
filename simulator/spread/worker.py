"""What runs in a Dask worker: functions that it is told to call. They take and return text, no objects of ours.

None of them measures: a unit is a process of its own (`child.py`).
"""

import json
import secrets

from simulator.spread.child import Child
from simulator.spread.described import described

_children: dict[str, Child] = {}


async def describe() -> str:
    """Return what machine this is."""
    return json.dumps(described())


async def begin(order: str, folder: str) -> str:
    """Begin an order; returns the name under which it is asked after.

    Args:
        order: as text.
        folder: the current one of who gives it.
    """
    name = secrets.token_hex(8)
    _children[name] = Child(order, folder)
    return name


async def news(name: str, seen: int, patience_s: float) -> str:
    """Return what it has told since: the lines, whether no more come, and why, where it ended badly.

    Args:
        name: as `begin` returned it.
        seen: lines that are not asked for again.
        patience_s: how long to wait for one.
    """
    return json.dumps(await _children[name].news(seen, patience_s))


async def end(name: str) -> None:
    """Ask it to stop; goes on telling until it has."""
    _children[name].end()


async def forget(name: str) -> None:
    """Let go of one that has ended, or that is to end by itself."""
    child = _children.pop(name, None)
    if child is not None:
        child.end()
