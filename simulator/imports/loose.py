"""Looking into JSON and YAML that nobody vouches for: whatever is not what it should be is nothing."""

import math
from collections.abc import Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """Return a list, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a text, or an empty one; bytes are taken for Latin-1, as in headers."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""


def printable(value: str, most: int = 2_000) -> str:
    """Return a text that can be written anywhere: what cannot be printed is a question mark."""
    return "".join(letter if letter.isprintable() else "?" for letter in value[:most])


def number(value: Any) -> float | None:
    """Return a finite number; null: it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def whole(value: Any) -> int | None:
    """Return a whole number that fits 64 bits; null: it is none."""
    found = number(value)
    return None if found is None or not found.is_integer() or abs(found) >= 1 << 63 else int(found)
