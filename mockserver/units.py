"""Durations, sizes, rates and percentages: text to numbers and back, without loss.

A number without a unit is always refused: `40` may have meant milliseconds or seconds, and a
measurement that guessed wrong looks like any other. Arithmetic is exact (`Fraction`), so
`parse(format(n)) == n` for every number, and `1.1ms` is 1,100,000 ns, not 1,100,000.0000000002.

`DurationNs`, `SizeBytes`, `RatePerS`, `BandwidthBps` and `Share` are the same as pydantic types: text in YAML and
JSON, numbers in the program. A model's field has the unit in its name and the plain word as alias:
`delay_ns: DurationNs = Field(alias="delay")`.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_Number = TypeVar("_Number", int, float)

_DURATION_NS: Mapping[str, int] = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # the micro sign
    "\u03bcs": 1_000,  # the Greek letter, which many keyboards give instead
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_SIZE_BYTES: Mapping[str, int] = {
    "GB": 1_000_000_000,
    "GiB": 1 << 30,
    "MB": 1_000_000,
    "MiB": 1 << 20,
    "kB": 1_000,
    "KiB": 1 << 10,
    "B": 1,
}
_RATE_S: Mapping[str, int] = {"s": 1, "m": 60, "h": 3_600}

_DECIMAL = r"[0-9]+(?:\.[0-9]+)?"
# "ms" stands before "m" and "s": the first alternative that matches wins.
# One space before the unit, as reports write it.
_DURATION_TERM = rf"({_DECIMAL}) ?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)"
_DURATION = rf"(?:{_DECIMAL} ?(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+"
_SIZE = rf"({_DECIMAL})([kMG]B|[KMG]iB|B)"
_RATE = rf"({_DECIMAL})/([smh])"
_PERCENTAGE = rf"({_DECIMAL})%"
# A decimal comma, or one between thousands.
_COMMA = re.compile(r"([0-9]+),([0-9]+)([^0-9,.].*)?", re.DOTALL)
_BARE = re.compile(rf"[+-]?(?:{_DECIMAL}|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

# The longest honest text is a tiny rate written out in full; beyond it, int() has limits of its own.
_LONGEST_TEXT = 400


def parse_duration(text: str) -> int:
    """Read a duration in Go's style, such as `250ms`, `1m30s`, `1.5s` or `40us`.

    Returns:
        Whole nanoseconds; a fraction of one is rounded.

    Raises:
        ValueError: Not such a text; the message is a sentence that says what to write.
    """
    text = _checked(text, "a duration", "40ms", ("ms", "s"))
    if not re.fullmatch(_DURATION, text):
        raise ValueError(
            f"{text!r} is not a duration; write a number and a unit (ns us ms s m h), as in 40ms"
        )
    return round(
        sum(Fraction(number) * _DURATION_NS[unit] for number, unit in re.findall(_DURATION_TERM, text))
    )


def format_duration(ns: int) -> str:
    """Write nanoseconds the way a person would: `250ms`, `1m30s`, `40us`. `parse_duration` gives them back.

    Raises:
        ValueError: The duration is negative.
    """
    if ns < 0:
        raise ValueError(f"{ns} ns is negative; a duration is not")
    if ns == 0:
        return "0ms"
    for unit, above in (("ns", "us"), ("us", "ms"), ("ms", "s"), ("s", "m")):
        if ns < _DURATION_NS[above]:
            return _decimal(Fraction(ns, _DURATION_NS[unit])) + unit
    hours, rest = divmod(ns, _DURATION_NS["h"])
    minutes, rest = divmod(rest, _DURATION_NS["m"])
    seconds = _decimal(Fraction(rest, _DURATION_NS["s"]))
    return "".join(
        f"{number}{unit}"
        for number, unit in ((hours, "h"), (minutes, "m"), (seconds, "s"))
        if str(number) != "0"
    )


def parse_size(text: str) -> int:
    """Read a size such as `64kB` (1 kB = 1,000 B) or `64KiB` (1 KiB = 1,024 B).

    Returns:
        Whole bytes.

    Raises:
        ValueError: Not such a text, or not a whole number of bytes.
    """
    text = _checked(text, "a size", "64kB", ("B", "kB", "KiB"))
    match = re.fullmatch(_SIZE, text)
    if match is None:
        raise ValueError(
            f"{text!r} is not a size; write a number and a unit (B kB MB GB KiB MiB GiB), as in 64kB"
        )
    size = Fraction(match[1]) * _SIZE_BYTES[match[2]]
    if size.denominator != 1:
        raise ValueError(f"{text} is not a whole number of bytes")
    return int(size)


def format_size(size_bytes: int) -> str:
    """Write bytes in the unit that gives the shortest exact text: 64000 → `64kB`, 65536 → `64KiB`.

    Raises:
        ValueError: The size is negative.
    """
    if size_bytes < 0:
        raise ValueError(f"{size_bytes} bytes is negative; a size is not")
    texts = [
        _decimal(Fraction(size_bytes, unit_bytes)) + unit
        for unit, unit_bytes in _SIZE_BYTES.items()
        if size_bytes >= unit_bytes
    ]
    return min(texts, key=len, default="0B")


def parse_rate(text: str) -> float:
    """Read a rate such as `50/s`, `3000/m` or `10/h`.

    Returns:
        Events per second.

    Raises:
        ValueError: Not such a text.
    """
    text = _checked(text, "a rate", "50/s", ("/s", "/m"))
    match = re.fullmatch(_RATE, text)
    if match is None:
        raise ValueError(f"{text!r} is not a rate; write a number and a unit (/s /m /h), as in 50/s")
    return float(Fraction(match[1]) / _RATE_S[match[2]])


def format_rate(per_s: float) -> str:
    """Write events per second, as in `50/s`. `parse_rate` gives exactly the same float back.

    Raises:
        ValueError: The rate is negative, infinite or not a number.
    """
    if not 0 <= per_s < float("inf"):
        raise ValueError(f"{per_s} per second is not a rate; it is a finite number ≥ 0")
    # repr is the shortest decimal that reads back as the same float.
    return _decimal(Fraction(repr(float(per_s)))) + "/s"


def parse_bandwidth(text: str) -> int:
    """Read a bandwidth such as `200kB/s`.

    Returns:
        Whole bytes per second.

    Raises:
        ValueError: Not such a text.
    """
    text = _checked(text, "a bandwidth", "200kB/s", ("B/s", "kB/s"))
    size, slash, per = text.partition("/")
    if (slash, per) != ("/", "s") or not re.fullmatch(_SIZE, size):
        raise ValueError(
            f"{text!r} is not a bandwidth; write a size (B kB MB GB KiB MiB GiB) per s, as in 200kB/s"
        )
    return parse_size(size)


def format_bandwidth(bytes_per_s: int) -> str:
    """Write bytes per second, as in `200kB/s`.

    Raises:
        ValueError: The bandwidth is negative.
    """
    return format_size(bytes_per_s) + "/s"


def parse_percentage(text: str) -> float:
    """Read a percentage such as `3%` or `0.5%`.

    Returns:
        The share: 0.03 for `3%`.

    Raises:
        ValueError: Not such a text.
    """
    text = _checked(text, "a percentage", "3%", ("%",))
    match = re.fullmatch(_PERCENTAGE, text)
    if match is None:
        raise ValueError(f"{text!r} is not a percentage; write a number and %, as in 3%")
    return float(Fraction(match[1]) / 100)


def format_percentage(share: float) -> str:
    """Write a share as a percentage, as in `3%`. `parse_percentage` gives exactly the same float back.

    Raises:
        ValueError: The share is negative, infinite or not a number.
    """
    if not 0 <= share < float("inf"):
        raise ValueError(f"{share} is not a share; it is a finite number ≥ 0")
    return _decimal(Fraction(repr(float(share))) * 100) + "%"


def _checked(text: str, what: str, example: str, units: tuple[str, ...]) -> str:
    """Strip the text; refuse what all kinds refuse alike, each with its own sentence."""
    text = text.strip()
    if not text:
        raise ValueError(f"{what} is missing; write for example {example}")
    if len(text) > _LONGEST_TEXT:
        begin = text[:20] if text[:20].isprintable() else repr(text[:20])
        raise ValueError(f"{begin}… is {len(text)} characters long; {what} is shorter, as in {example}")
    if text.startswith("-") and text.isprintable():
        raise ValueError(f"{text} is negative; {what} is not")
    if _BARE.fullmatch(text):
        raise ValueError(_no_unit(text, units))
    if comma := _COMMA.fullmatch(text):
        raise ValueError(f"{text!r} has a comma; write {_without_comma(comma, units)}")
    return text


def _without_comma(found: re.Match[str], units: tuple[str, ...]) -> str:
    whole, fraction, unit = found.groups()
    numbers = [f"{whole}.{fraction}"]
    if len(fraction) == 3 and not whole.startswith("0"):  # noqa: PLR2004 (between thousands)
        numbers.append(whole + fraction)
    return " or ".join(number + end for number in numbers for end in ((unit,) if unit else units))


def _not_text(value: Any, what: str, example: str, units: tuple[str, ...]) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{value!r} is not {what}; write for example {example}"
    return f"{value} is negative; {what} is not" if value < 0 else _no_unit(str(value), units)


def _no_unit(number: str, units: tuple[str, ...]) -> str:
    texts = [number + unit for unit in units]
    written = f"{', '.join(texts[:-1])} or {texts[-1]}" if len(texts) > 1 else texts[0]
    return f"{number} has no unit; write {written}"


def _decimal(number: Fraction) -> str:
    """Write a fraction whose denominator divides a power of ten (or of two) as an exact decimal."""
    whole, rest = divmod(number, 1)
    digits = []
    while rest:
        digit, rest = divmod(rest * 10, 1)
        digits.append(str(digit))
    return f"{whole}.{''.join(digits)}" if digits else str(whole)


def _from_text(
    parse: Callable[[str], _Number], what: str, example: str, units: tuple[str, ...]
) -> BeforeValidator:
    def read(value: Any) -> _Number:
        if isinstance(value, str):
            return parse(value)
        # A ValueError also where the type is wrong: pydantic reports it, a TypeError it lets through.
        raise ValueError(_not_text(value, what, example, units))

    return BeforeValidator(read)


def _schema(pattern: str, description: str, *examples: str) -> WithJsonSchema:
    plain = re.sub(r"\((?!\?)", "(?:", pattern)
    return WithJsonSchema(
        {"type": "string", "pattern": f"^{plain}$", "description": description, "examples": list(examples)}
    )


DurationNs = Annotated[
    int,
    _from_text(parse_duration, "a duration", "40ms", ("ms", "s")),
    PlainSerializer(format_duration, return_type=str),
    _schema(_DURATION, "A duration: a number and a unit (ns us ms s m h).", "250ms", "1m30s", "40us"),
]
SizeBytes = Annotated[
    int,
    _from_text(parse_size, "a size", "64kB", ("B", "kB", "KiB")),
    PlainSerializer(format_size, return_type=str),
    _schema(_SIZE, "A size: a number and a unit (B kB MB GB KiB MiB GiB).", "64kB", "64KiB"),
]
RatePerS = Annotated[
    float,
    _from_text(parse_rate, "a rate", "50/s", ("/s", "/m")),
    PlainSerializer(format_rate, return_type=str),
    _schema(_RATE, "A rate: a number per s, m or h.", "50/s", "3000/m"),
]
Share = Annotated[
    float,
    _from_text(parse_percentage, "a percentage", "3%", ("%",)),
    PlainSerializer(format_percentage, return_type=str),
    _schema(_PERCENTAGE, "A percentage: a number and %.", "3%", "0.5%"),
]
BandwidthBps = Annotated[
    int,
    _from_text(parse_bandwidth, "a bandwidth", "200kB/s", ("B/s", "kB/s")),
    PlainSerializer(format_bandwidth, return_type=str),
    _schema(_SIZE + "/s", "A bandwidth: a size per second.", "200kB/s", "1MB/s"),
]
