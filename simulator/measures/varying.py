"""Which factors vary: those that cells, combinations and crossovers have to be told apart by."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.measures.factors import BASELINE, IN_FLIGHT, STRATEGY


def varying(places: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the factors of which these do not all have the same level, in the order in which they come.

    That some have none of a factor is a difference too. The baseline's one job in flight is no level of what varies.

    Args:
        places: factor -> level, as written or as text, of each.
    """
    return tuple(
        path
        for path in dict.fromkeys(path for place in places for path in place)
        if len({_text(place, path) for place in places if _counts(place, path)}) > 1
    )


def _text(place: Mapping[str, Any], path: str) -> str | None:
    return str(place[path]) if path in place else None


def _counts(place: Mapping[str, Any], path: str) -> bool:
    return path != IN_FLIGHT or place.get(STRATEGY) != BASELINE
