"""English: enumerations, one and many, and strategies as the subjects of sentences."""

from collections.abc import Sequence

PLURAL = ("threads", "processes")
"""Strategies whose names sentences treat as plurals."""
MOST_NAMES = 4
"""Of a sentence; more are counted."""


def listed(parts: Sequence[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def names(found: Sequence[str]) -> str:
    """Return names as an enumeration, or how many where they are many."""
    return listed(found) if len(found) <= MOST_NAMES else f"{found[0]} and {len(found) - 1} others"


def counted(count: int, one: str, many: str = "") -> str:
    """Return `1 round`, `2 rounds`; many is one with an s unless it is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def form(strategy: str, singular: str, several: str) -> str:
    """Return the form of a verb that goes with the name of a strategy, starred or not."""
    return several if strategy.rstrip("*") in PLURAL else singular


def plural(found: Sequence[str], singular: str, several: str) -> str:
    """Return the form of a verb that goes with an enumeration of names."""
    return several if len(found) > 1 else form(found[0], singular, several)


def sentence(clause: str) -> str:
    """Return a clause with a capital at its beginning."""
    return clause[:1].upper() + clause[1:]
