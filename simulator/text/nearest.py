"""The known name that somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word that is most like `word`, or None when none is close."""
    by_lower = {name.lower(): name for name in allowed}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[close[0]] if close else None
