"""Words and numbers as findings write them."""

from collections.abc import Sequence

from simulator.result.document import CellResult
from simulator.stats.intervals import Interval

PLURAL = ("threads", "processes")
"""Strategies whose names sentences treat as plurals."""
CLOSE = 0.05


def name(cell: CellResult) -> str:
    """Return the strategy's name."""
    return str(cell.factors["strategy"])


def verb(cell: CellResult, singular: str, plural: str) -> str:
    """Return the form of a verb that goes with the strategy's name."""
    return plural if name(cell) in PLURAL else singular


def times(interval: Interval | None) -> str:
    """Return a ratio with its interval; three decimals where two would hide which side of 1 it is on."""
    if interval is None:
        return ""
    digits = 3 if abs(interval.median - 1) < CLOSE else 2
    middle, low, high = (f"{value:.{digits}f}" for value in (interval.median, interval.low, interval.high))
    label = "range " if interval.kind == "range" else ""
    return f"{middle} ×" if low == high else f"{middle} × ({label}{low} to {high})"


def number(value: float | None) -> str:
    """Return a number with two decimals, null in words."""
    return "an unknown number" if value is None else f"{value:.2f}"


def per_second(value: float) -> str:
    """Return a throughput with its unit."""
    return f"{value:,.0f} pages/s" if value >= 100 else f"{value:.1f} pages/s"  # noqa: PLR2004 - three digits suffice


def ms(seconds: float) -> str:
    """Return a duration in milliseconds, from one second on in seconds."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.1f} ms"  # noqa: PLR2004 - three digits


def listed(parts: Sequence[str]) -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
