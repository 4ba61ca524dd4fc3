# -*- coding: utf-8 -*-
"""One text for equal records: the text that simulator/driver/canonical.py writes, whatever Python made the record.

In Python 2, where a native string may be text or bytes, one that is ASCII counts as text (and so equals what the same
parser returns on Python 3), any other as bytes. `int` and `long` are one type.
"""

from __future__ import absolute_import, division, unicode_literals

import json
import math
import sys
from collections import deque
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from .python import AMBIGUOUS, INTEGERS, IRONPYTHON, JYTHON, TEXT

try:
    from collections.abc import Mapping
except ImportError:
    from collections import Mapping

try:
    from enum import Enum
except ImportError:

    class Enum(object):  # of the new style in Python 2, and there no value's class
        """Stands for the enumerations that this Python does not have."""


LEAST_POWER, EXPONENT_FROM = -4, 16
"""Powers of ten between which `repr` writes a float without an exponent."""
MAX_DEPTH = 100
"""Levels of nesting; fewer than in the other driver, because the JVM's stack is shorter."""
_MAX_DECIMAL_BITS = 1024
_quoted = json.JSONEncoder(ensure_ascii=True).encode


class NotCanonicalError(TypeError):
    """A record holds something that has no canonical form; its text says where and why."""

    def __init__(self, value, reason):
        TypeError.__init__(self, reason)
        self.kind = _name(type(value))
        self.reason = reason
        # From the inside out. Gathered on the way out, so that a record without a fault pays nothing.
        self.steps = []

    def __str__(self):
        path = "".join(reversed(self.steps))
        return str("%s: %s %s") % (path[1:] if path[:1] == "." else path or "record", self.kind, self.reason)


def canonical(record):
    """Write `record` as its canonical text, in ASCII. Raises NotCanonicalError."""
    return _write(record, set())


def _name(kind):
    return str(getattr(kind, "__qualname__", kind.__name__))


def _write(value, above):
    kind = type(value)
    if kind in _SIMPLE:
        return _SIMPLE[kind](value)
    if id(value) in above:
        raise NotCanonicalError(value, "contains itself")
    if len(above) >= MAX_DEPTH:
        raise NotCanonicalError(value, "is nested deeper than %d levels" % MAX_DEPTH)
    above.add(id(value))
    text = _CONTAINERS.get(kind, _other)(value, above)
    above.remove(id(value))
    return text


def _array(tag, items):
    return "[" + ", ".join(['"' + tag + '"'] + list(items)) + "]"


def _tagged(tag, text=TEXT):
    return lambda value: _array(tag, [_quoted(text(value))])


def _native(value):
    try:
        return _quoted(value.decode("ascii"))
    except UnicodeDecodeError:
        return _bytes("bytes")(value)


def _bytes(tag):
    return lambda value: _array(tag, ['"' + "".join("%02x" % octet for octet in bytearray(value)) + '"'])


def _int(value):
    if abs(value) < 1 << _MAX_DECIMAL_BITS:
        return "%d" % value
    return _array("int", [_quoted("%s0x%x" % ("-" if value < 0 else "", abs(value)))])


def _shortest(value):
    """Return `repr` of a float as CPython writes it; Java's and .NET's may have a digit more."""
    for digits in range(1, 18):
        text = "%.*e" % (digits - 1, value)
        if float(text) == value:
            break
    mantissa, _, power = text.partition("e")
    sign, mantissa, power = ("-" if mantissa[0] == "-" else ""), mantissa.lstrip("-"), int(power)
    figures = mantissa.replace(".", "").rstrip("0") or "0"
    if not LEAST_POWER <= power < EXPONENT_FROM:
        point = "." + figures[1:] if len(figures) > 1 else ""
        return "%s%s%se%s%02d" % (sign, figures[0], point, "-" if power < 0 else "+", abs(power))
    if power < 0:
        return sign + "0." + "0" * (-power - 1) + figures
    whole = figures[: power + 1].ljust(power + 1, "0")
    return sign + whole + "." + (figures[power + 1 :] or "0")


def _float(value):
    if math.isnan(value):
        return _array("float", ['"nan"'])
    if math.isinf(value):
        return _array("float", ['"inf"' if value > 0 else '"-inf"'])
    if value == 0:
        return "-0.0" if math.copysign(1.0, value) < 0 else "0.0"
    return _shortest(value) if JYTHON or IRONPYTHON else TEXT(float.__repr__(value))


def _moment(value):
    return value.isoformat() + (" fold=1" if getattr(value, "fold", 0) else "")


def _items(values, above):
    items = []
    try:
        for value in values:
            items.append(_write(value, above))  # noqa: PERF401 - its length says which item has no form
    except NotCanonicalError as found:
        found.steps.append("[%d]" % len(items))
        raise
    return items


def _sequence(tag):
    return lambda values, above: _array(tag, _items(values, above))


def _unordered(tag):
    return lambda values, above: _array(tag, sorted(_items(values, above)))


def _is_text(key):
    if isinstance(key, Enum):
        return False
    if isinstance(key, TEXT):
        return True
    return AMBIGUOUS and isinstance(key, str) and _native(key)[0] == '"'


def _mapping(values, above):
    if all(_is_text(key) for key in values):
        return _object(values, above)
    pairs = []
    for key in values:
        try:
            pairs.append((_write(key, above), _write(values[key], above)))
        except NotCanonicalError as found:
            found.steps.append("[%r]" % (key,))
            raise
    return _array("dict", ["[%s, %s]" % pair for pair in sorted(pairs)])


def _object(fields, above):
    parts = []
    for key in sorted(fields):
        try:
            parts.append("%s: %s" % (_quoted(TEXT(key)), _write(fields[key], above)))
        except NotCanonicalError as found:
            found.steps.append("." + key)
            raise
    return "{" + ", ".join(parts) + "}"


def _fields(value):
    """Return what an instance of a class with declared fields holds; None for any other value."""
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__"):
        import dataclasses  # noqa: PLC0415 - where there is an instance there is the module

        names = [field.name for field in dataclasses.fields(kind) if field.compare]
    elif isinstance(value, tuple) and hasattr(kind, "_fields"):
        names = kind._fields
    elif hasattr(kind, "__attrs_attrs__"):
        names = [field.name for field in kind.__attrs_attrs__ if field.eq]
    else:
        return vars(value) if kind.__name__ == "SimpleNamespace" else None
    return {name: getattr(value, name) for name in names}


def _other(value, above):
    if isinstance(value, Enum):
        shown = value.name or repr(value.value)  # an unnamed combination of flags has only its number
        return _array("enum", [_quoted("%s.%s" % (_name(type(value)), shown))])
    fields = _fields(value)
    if fields is not None:
        return _array("object", [_quoted(_name(type(value))), _object(fields, above)])
    for kind, simple in _IN_ORDER:
        if isinstance(value, kind):
            return simple(value)
    for kind in (dict, list, tuple, set, frozenset, deque, Mapping):
        if isinstance(value, kind):
            return _CONTAINERS[kind](value, above)
    raise NotCanonicalError(value, "has no canonical form; return dicts, lists, text, numbers or dataclasses")


# In this order for subclasses: a bool is an int, a datetime is a date.
_IN_ORDER = (
    [(TEXT, lambda value: _quoted(value[:])), (type(None), lambda _: "null")]
    + [(bool, lambda value: "true" if value else "false")]
    + [(kind, _int) for kind in INTEGERS]
    + [
        (float, _float),
        (complex, _tagged("complex", complex.__repr__)),
        (bytes, _native if AMBIGUOUS else _bytes("bytes")),
        (bytearray, _bytes("bytearray")),
        (Decimal, _tagged("Decimal")),
        (Fraction, _tagged("Fraction")),
        (datetime, _tagged("datetime", _moment)),
        (date, _tagged("date", date.isoformat)),
        (time, _tagged("time", _moment)),
        (timedelta, _tagged("timedelta", lambda v: "%dd %ds %dus" % (v.days, v.seconds, v.microseconds))),
        (tzinfo, _tagged("tzinfo")),
        (UUID, _tagged("UUID")),
    ]
)
if sys.version_info[0] > 2:  # Python 2's range is a list, and its paths are text
    from pathlib import PurePath

    _IN_ORDER += [(PurePath, _tagged("path")), (range, _tagged("range"))]
    _IN_ORDER += [(memoryview, lambda value: _bytes("memoryview")(value.tobytes()))]
_SIMPLE = dict(_IN_ORDER)

_CONTAINERS = {
    dict: _mapping,
    list: _sequence("list"),
    tuple: _sequence("tuple"),
    set: _unordered("set"),
    frozenset: _unordered("frozenset"),
    deque: _sequence("deque"),
    Mapping: _mapping,
}
