"""Numbers with and without units; the package says by which rules."""

from math import ceil
from typing import Literal, Protocol

NONE = "–"
"""What is not known."""
CLOSE = 0.05
"""Ratios nearer to 1 have three decimals."""
_EXACT = 1e-9
"""Relative: a product of floats that misses a short number by less is that number."""
_THREE_DIGITS_S = 1e-4
"""From 0.1 ms on three decimals of a ms are three digits."""
_MOST = 1e12
"""From here on, and where it is no finite number, digits say nothing."""
_SMALL = 0.0995
"""Ratios below have two digits: two decimals would leave one."""
_LEAST = 0.001
"""Three decimals show nothing of what is smaller."""


class Reach(Protocol):
    """A value with the interval around it, as of `stats.intervals`."""

    @property
    def median(self) -> float:
        """The value."""

    @property
    def low(self) -> float:
        """Where the interval begins."""

    @property
    def high(self) -> float:
        """Where it ends."""

    @property
    def kind(self) -> Literal["interval", "range"]:
        """A range tells nothing apart."""


def number(value: float | None) -> str:
    """Return a number with three digits, or with those that it has."""
    if value is None:
        return NONE
    if not abs(value) < _MOST:
        return f"{value:.3g}"
    if _exact(value, round(value)):
        return f"{round(value):,}"
    rounded = float(f"{value:.3g}")  # 9.999 has as many decimals as 10
    if abs(rounded) < _LEAST:
        return f"{value:.3g}"
    written = f"{value:,.{_decimals(abs(rounded))}f}"
    return written.rstrip("0") if _exact(value, float(written.replace(",", ""))) else written


def scaled(value: float | None, factor: float) -> str:
    """Return a number in another unit, as for a column whose heading has it.

    Args:
        value: null where it is not known.
        factor: of the unit that is wanted, how many are in one of the value's.
    """
    return number(None if value is None else value * factor)


def ms(seconds: float | None) -> str:
    """Return seconds as the number of milliseconds, for a column in ms."""
    return scaled(seconds, 1e3)


def in_ms(seconds: float | None) -> str:
    """Return a duration in the unit of a column of milliseconds, so that it has the digits that stand there."""
    return f"{ms(seconds)} ms"


def mb(size_bytes: float | None) -> str:
    """Return bytes as the number of megabytes, for a column in MB."""
    return scaled(size_bytes, 1e-6)


def duration(seconds: float) -> str:
    """Return seconds with the unit that suits them: µs, ms or s."""
    size = abs(seconds)
    if size >= 1:
        return f"{number(seconds)} s"
    if size >= _THREE_DIGITS_S or not size:
        return f"{number(seconds * 1e3)} ms"
    return f"{number(seconds * 1e6)} µs"


def durations(low_s: float, high_s: float) -> str:
    """Return from where to where durations reach; the unit once where both have the same."""
    return _once(duration(low_s), duration(high_s))


def size(size_bytes: float) -> str:
    """Return bytes with the unit that suits them: B, kB, MB or GB."""
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(size_bytes) >= one:
            return f"{number(size_bytes / one)} {unit}"
    return f"{number(size_bytes)} B"


def rate(per_s: float, of: str = "") -> str:
    """Return events per second: `12.3/s`, or with what they are of `12.3 pages/s`."""
    return f"{number(per_s)} {of}/s" if of else f"{number(per_s)}/s"


def percent(share: float | None) -> str:
    """Return a share as the number of percent, for a column in %."""
    if share is None:
        return NONE
    value = share * 100
    if _exact(value, round(value, 2)):
        return f"{round(value, 2):g}"
    written = f"{value:.1f}"
    return "0" if written in ("0.0", "-0.0") else written


def share(value: float) -> str:
    """Return a share in percent, with its sign."""
    return f"{percent(value)} %"


def shares(low: float, high: float) -> str:
    """Return from where to where shares reach."""
    return _once(share(low), share(high))


def factor(value: float | None) -> str:
    """Return a ratio without a sign, for a column in ×."""
    if value is None:
        return NONE
    if abs(value - 1) < CLOSE:
        return f"{value:.3f}"
    if 0 < abs(value) < _SMALL:
        return f"{value:.2g}"
    return f"{value:.2f}" if value < 9.995 else f"{value:,.{_decimals(float(f'{value:.3g}'))}f}"  # noqa: PLR2004 - 10


def times(ratio: Reach | float | None) -> str:
    """Return a ratio with its sign, and where it has an interval with that; empty for null."""
    if ratio is None:
        return ""
    if isinstance(ratio, float | int):
        return f"{factor(ratio)} ×"
    middle, low, high = map(factor, (ratio.median, ratio.low, ratio.high))
    label = "range " if ratio.kind == "range" else ""
    return f"{middle} ×" if low == high else f"{middle} × ({label}{low} to {high})"


def clock(seconds: float) -> str:
    """Return a time of some minutes in words, a second begun counting as one: 95 → `1 min 35 s`."""
    minutes, rest = divmod(ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _once(low: str, high: str) -> str:
    unit = high[high.rindex(" ") :]
    return f"{low.removesuffix(unit)} to {high}"


def _exact(value: float, written: float) -> bool:
    return abs(value - written) <= _EXACT * abs(value)


def _decimals(size: float) -> int:
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3  # noqa: PLR2004 - three digits
