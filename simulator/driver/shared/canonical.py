# -*- coding: utf-8 -*-
"""One text for equal records, whatever order their keys and sets have; different texts for different ones.

The text is JSON, so that `difference` can read it back and name the field in which two records differ:

    None, True, 1, 1.5, "text"         as JSON writes them; a float always has a point, an exponent or both
    a dict whose keys are all text     a JSON object, its keys sorted
    anything else                      `[tag, …]`, as ["list", 1, 2], ["set", …], ["float", "nan"],
                                       ["dict", [key, value], …], ["object", "Product", {"name": …}]

Instances of dataclasses, named tuples, attrs, msgspec and pydantic classes are objects: the class's name and
its fields as a mapping. The class's module is left out: `__main__` in one process can be `__mp_main__` in
another. A field that its class keeps out of comparisons (`compare=False`, `eq=False`) is left out as well.
Subclasses of the simple types count as these.

In Python 2, where a native string may be text or bytes, one that is ASCII counts as text (and so equals what the same
parser returns on Python 3), any other as bytes. `int` and `long` are one type.
"""

from __future__ import absolute_import, division, unicode_literals

import math
import sys
import types
from binascii import hexlify
from collections import deque
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from .field_path import path_of, shortened, step_to
from .python import AMBIGUOUS, INTEGERS, IRONPYTHON, JYTHON, TEXT, to_json

if sys.version_info[0] == 2:
    from collections import Mapping

    class Enum(object):  # of the new style, and there no value's class
        """Stands for the enumerations that this Python does not have."""
else:
    from collections.abc import Mapping
    from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Simple = Callable[[Any], str]
    Container = Callable[[Any, set[int]], str]

LEAST_POWER, EXPONENT_FROM = -4, 16
"""Powers of ten between which `repr` writes a float without an exponent."""
LAST_PLACE = -1074
"""Power of two of the least float."""
MAX_DEPTH = 100 if JYTHON or IRONPYTHON else 200
"""Levels of nesting; well within Python's own limit of 1000 frames, at three frames a level. The JVM has fewer."""

# JSON readers stop at 4300 digits (sys.int_info); larger ones than this are written in hexadecimal.
_MAX_DECIMAL_BITS = 1024
_TOO_DEEP = RecursionError if sys.version_info >= (3, 5) else RuntimeError
_NAMESPACE = getattr(types, "SimpleNamespace", ())  # type: Any

_quoted = to_json


class NotCanonicalError(TypeError):
    """A record holds something that has no canonical form.

    Attributes:
        type_name: The type of it.
        path: Where in the record it is, as in `products[3].price`.
        reason: Why it has none.
    """

    def __init__(self, type_name, path, reason):
        # type: (str, str, str) -> None
        TypeError.__init__(self, "%s: %s %s" % (path, type_name, reason))
        self.type_name, self.path, self.reason = type_name, path, reason

    def __reduce__(self):
        # type: () -> tuple[type[NotCanonicalError], tuple[str, str, str]]
        return type(self), (self.type_name, self.path, self.reason)


def canonical(record):
    # type: (object) -> str
    """Write `record` as its canonical text, in ASCII.

    Raises:
        NotCanonicalError: It holds an object of unknown type, a cycle, or more than `MAX_DEPTH` levels.
    """
    try:
        return _write(record, set())
    except _NoFormError as found:
        raise NotCanonicalError(found.type_name, path_of(reversed(found.steps)), found.reason)
    except _TOO_DEEP:
        raise NotCanonicalError(_name(type(record)), "record", "is nested too deeply")


class _NoFormError(Exception):
    """A value has no canonical form; learns where it is while it passes the containers on its way out."""

    def __init__(self, value, reason):
        # type: (object, str) -> None
        Exception.__init__(self, reason)
        self.type_name, self.reason = _name(type(value)), reason
        # From the inside out. Gathered on the way out, so that a record without a fault pays nothing.
        self.steps = []  # type: list[str]


def _name(kind):
    # type: (type) -> str
    return TEXT(getattr(kind, "__qualname__", kind.__name__))


def _write(value, above):
    # type: (Any, set[int]) -> str
    """Write one value; `above` holds the ids of the containers it is in."""
    kind = type(value)
    if kind in _SIMPLE:
        return _SIMPLE[kind](value)
    if id(value) in above:
        raise _NoFormError(value, "contains itself")
    if len(above) >= MAX_DEPTH:
        raise _NoFormError(value, "is nested deeper than %d levels" % MAX_DEPTH)
    above.add(id(value))
    text = _CONTAINERS.get(kind, _other)(value, above)
    above.remove(id(value))
    return text


def _array(tag, items):
    # type: (str, Iterable[str]) -> str
    return "[" + ", ".join(['"' + tag + '"'] + list(items)) + "]"


def _tagged(tag, text=TEXT):
    # type: (str, Callable[[Any], str]) -> Simple
    return lambda value: _array(tag, [_quoted(text(value))])


def _bytes(tag):
    # type: (str) -> Simple
    return _tagged(tag, lambda value: hexlify(bytes(value)).decode("ascii"))


def _native(value):
    # type: (Any) -> str
    try:
        return _quoted(value.decode("ascii"))
    except UnicodeDecodeError:
        return _bytes("bytes")(value)


def _text(value):
    # type: (str) -> str
    # Not by its own __str__: a subclass may write itself in another way.
    return _quoted(TEXT(value) if AMBIGUOUS else TEXT.__str__(value))


def _int(value):
    # type: (int) -> str
    if value.bit_length() <= _MAX_DECIMAL_BITS:
        return "%d" % value
    return _array("int", [_quoted("%s0x%x" % ("-" if value < 0 else "", abs(value)))])


def _float(value):
    # type: (float) -> str
    if math.isnan(value):
        return _array("float", ['"nan"'])
    if math.isinf(value):
        return _array("float", ['"inf"' if value > 0 else '"-inf"'])
    if JYTHON or IRONPYTHON:
        return _shortest(value)
    # float's own repr: a subclass may write itself in another way, as numpy's does.
    return TEXT(float.__repr__(value))


def _midpoints(value):
    # type: (float) -> tuple[int, int, int]
    """Return the points half-way from a positive float to its neighbours, in quarters of its last place, and its power.

    What lies between them is read as that float (IEEE 754, round half to even).
    """
    fraction, power = math.frexp(value)
    mantissa, power = int(fraction * 2.0**53), power - 53
    spare = max(0, LAST_PLACE - power)  # places that a subnormal number does not have
    mantissa, power = mantissa >> spare, power + spare
    at_the_edge = mantissa == 2**52 and power > LAST_PLACE  # below a power of two floats lie twice as close
    return 4 * mantissa - (1 if at_the_edge else 2), 4 * mantissa + 2, power - 2


def _shortest(value):
    # type: (float) -> str
    """Return `repr` of a float as CPython writes it, by whole numbers.

    Java's and .NET's own may have a digit more, and .NET neither writes nor reads every last digit right.
    """
    if value == 0:
        return "-0.0" if math.copysign(1.0, value) < 0 else "0.0"
    low, high, power = _midpoints(abs(value))
    exact, even = Decimal(abs(value)), low % 8 in (6, 7)
    for digits in range(1, 18):
        text, _, exponent = format(exact, ".%de" % (digits - 1)).partition("e")
        nearest, ten = int(text.replace(".", "")), int(exponent) - digits + 1
        here, there = 10 ** max(-ten, 0) * 2 ** max(power, 0), 10 ** max(ten, 0) * 2 ** max(-power, 0)
        # Below a power of two the interval is narrower than above: the next number up may lie within, the nearest not.
        found = [
            number
            for number in (nearest, nearest + 1)
            if low * here < number * there < high * here
            or (even and number * there in (low * here, high * here))
        ]
        if found:
            break
    figures, power = ("%d" % found[0]).rstrip("0"), int(exponent)
    sign = "-" if value < 0 else ""
    if not LEAST_POWER <= power < EXPONENT_FROM:
        point = "." + figures[1:] if len(figures) > 1 else ""
        return "%s%s%se%s%02d" % (sign, figures[0], point, "-" if power < 0 else "+", abs(power))
    if power < 0:
        return sign + "0." + "0" * (-power - 1) + figures
    whole = figures[: power + 1].ljust(power + 1, "0")
    return sign + whole + "." + (figures[power + 1 :] or "0")


def _moment(value):
    # type: (Any) -> str
    return TEXT(value.isoformat()) + (" fold=1" if getattr(value, "fold", 0) else "")


def _sequence(tag):
    # type: (str) -> Container
    def write(values, above):
        # type: (Any, set[int]) -> str
        items = []  # type: list[str]
        try:
            for value in values:
                items.append(_write(value, above))  # noqa: PERF401 - its length says which item has no form
        except _NoFormError as found:
            found.steps.append("[%d]" % len(items))
            raise
        return _array(tag, items)

    return write


def _unordered(tag):
    # type: (str) -> Container
    def write(values, above):
        # type: (Any, set[int]) -> str
        try:
            return _array(tag, sorted(_write(value, above) for value in values))
        except _NoFormError as found:
            found.steps.append("{…}")
            raise

    return write


def _is_text(key):
    # type: (Any) -> bool
    if isinstance(key, Enum):
        return False
    return isinstance(key, TEXT) or (AMBIGUOUS and isinstance(key, str) and _native(key)[0] == '"')


def _mapping(values, above):
    # type: (Any, set[int]) -> str
    if all(_is_text(key) for key in values):
        return _object(values, above)
    pairs = []
    for key in values:
        try:
            pairs.append((_write(key, above), _write(values[key], above)))
        except _NoFormError as found:
            found.steps.append("[%s]" % shortened(repr(key)))
            raise
    return _array("dict", ["[%s, %s]" % pair for pair in sorted(pairs)])


def _object(fields, above):
    # type: (Any, set[int]) -> str
    parts = []
    for key in sorted(fields):
        try:
            parts.append("%s: %s" % (_text(key), _write(fields[key], above)))
        except _NoFormError as found:
            found.steps.append(step_to(key))
            raise
    return "{" + ", ".join(parts) + "}"


def _other(value, above):
    # type: (Any, set[int]) -> str
    if isinstance(value, Enum):
        shown = value.name or repr(value.value)  # an unnamed combination of flags has only its number
        return _array("enum", [_quoted("%s.%s" % (_name(type(value)), shown))])
    try:
        fields = _fields(value)
    except Exception as error:  # noqa: BLE001 - the record's own code
        raise _NoFormError(value, "cannot be read: %s: %s" % (type(error).__name__, error))
    if fields is not None:
        return _array("object", [_quoted(_name(type(value))), _object(fields, above)])
    for kind, simple in _IN_ORDER:
        if isinstance(value, kind):
            return simple(value)
    for kind in (dict, list, tuple, set, frozenset, deque, Mapping):
        if isinstance(value, kind):
            return _CONTAINERS[kind](value, above)
    raise _NoFormError(value, "has no canonical form; return dicts, lists, text, numbers or dataclasses")


def _fields(value):
    # type: (Any) -> Any
    """Return what an instance of a class with declared fields holds, by name; None for any other value."""
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__"):
        import dataclasses  # noqa: PLC0415 - where there is an instance there is the module

        names = [field.name for field in dataclasses.fields(kind) if field.compare]
    elif isinstance(value, tuple) and hasattr(kind, "_fields"):
        names = list(kind._fields)
    elif hasattr(kind, "__attrs_attrs__"):
        names = [field.name for field in kind.__attrs_attrs__ if field.eq]
    elif hasattr(kind, "__struct_fields__"):
        names = list(kind.__struct_fields__)
    elif hasattr(kind, "model_dump"):
        dumped = value.model_dump()
        return dumped if isinstance(dumped, dict) else {"root": dumped}
    else:
        return vars(value) if isinstance(value, _NAMESPACE) else None
    return {name: getattr(value, name) for name in names}


# In this order for subclasses: a bool is an int, a datetime is a date.
_IN_ORDER = [
    (TEXT, _text),
    (type(None), lambda _: "null"),
    (bool, lambda value: "true" if value else "false"),
]  # type: list[tuple[type, Simple]]
_IN_ORDER += [(kind, _int) for kind in INTEGERS]
_IN_ORDER += [
    (float, _float),
    (complex, _tagged("complex", complex.__repr__)),
    (bytes, _native if AMBIGUOUS else _bytes("bytes")),
    (bytearray, _bytes("bytearray")),
    (Decimal, _tagged("Decimal")),
    (Fraction, _tagged("Fraction")),
    (datetime, _tagged("datetime", _moment)),
    (date, _tagged("date", date.isoformat)),
    (time, _tagged("time", _moment)),
    (
        timedelta,
        _tagged("timedelta", lambda value: "%dd %ds %dus" % (value.days, value.seconds, value.microseconds)),
    ),
    (tzinfo, _tagged("tzinfo")),
    (UUID, _tagged("UUID")),
]
if sys.version_info[0] > 2:  # Python 2's range is a list, and its paths are text
    from pathlib import PurePath

    _IN_ORDER += [(PurePath, _tagged("path")), (range, _tagged("range")), (memoryview, _bytes("memoryview"))]
_SIMPLE = dict(_IN_ORDER)

_CONTAINERS = {
    dict: _mapping,
    list: _sequence("list"),
    tuple: _sequence("tuple"),
    set: _unordered("set"),
    frozenset: _unordered("frozenset"),
    deque: _sequence("deque"),
    Mapping: _mapping,
}  # type: dict[type, Container]
