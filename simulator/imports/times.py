"""Durations and moments as recordings write them. What cannot be meant is not known, rather than a number."""

import math
from datetime import UTC, datetime

from mockserver.latency_models import LONGEST_DELAY_NS

NS_PER_MS = 1_000_000
UNITS_NS = {"s": 1_000_000_000, "ms": NS_PER_MS, "us": 1_000, "ns": 1}


def plausible_ns(duration: float | None, unit_ns: float) -> int | None:
    """Return a wait in ns; null: there is none, it is negative, or longer than any answer takes."""
    if duration is None or not math.isfinite(duration) or not 0 <= duration * unit_ns <= LONGEST_DELAY_NS:
        return None
    return round(duration * unit_ns)


def moment_ns(written: str) -> int | None:
    """Return a moment of ISO 8601 in ns since 1970; null: it is none."""
    try:
        found = datetime.fromisoformat(written.strip())
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        since = found - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
