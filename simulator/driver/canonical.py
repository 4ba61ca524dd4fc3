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
"""

import dataclasses
import json
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from hashlib import blake2b
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from .difference import difference
from .field_path import path_of, shortened, step_to

__all__ = ["MAX_DEPTH", "NotCanonicalError", "canonical", "difference", "digest"]

MAX_DEPTH = 200
"""Levels of nesting; well within Python's own limit of 1000 frames, at three frames a level."""

# JSON readers stop at 4300 digits (sys.int_info); larger ones than this are written in hexadecimal.
_MAX_DECIMAL_BITS = 1024

_quoted: Callable[[str], str] = json.JSONEncoder(ensure_ascii=True).encode


class NotCanonicalError(TypeError):
    """A record holds something that has no canonical form.

    Attributes:
        type_name: The type of it.
        path: Where in the record it is, as in `products[3].price`.
        reason: Why it has none.
    """

    def __init__(self, type_name: str, path: str, reason: str) -> None:
        super().__init__(f"{path}: {type_name} {reason}")
        self.type_name, self.path, self.reason = type_name, path, reason

    def __reduce__(self) -> tuple[type["NotCanonicalError"], tuple[str, str, str]]:
        return type(self), (self.type_name, self.path, self.reason)


def canonical(record: object) -> str:
    """Write `record` as its canonical text, in ASCII.

    Raises:
        NotCanonicalError: It holds an object of unknown type, a cycle, or more than `MAX_DEPTH` levels.
    """
    try:
        return _write(record, set())
    except _NoFormError as found:
        raise NotCanonicalError(
            found.type_name, path_of(reversed(found.steps)), found.reason
        ) from found.__cause__
    except RecursionError as error:
        raise NotCanonicalError(type(record).__qualname__, "record", "is nested too deeply") from error


def digest(text: str) -> str:
    """Return 32 hexadecimal digits: BLAKE2b of `text`."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


class _NoFormError(Exception):
    """A value has no canonical form; learns where it is while it passes the containers on its way out."""

    def __init__(self, value: object, reason: str) -> None:
        super().__init__(reason)
        self.type_name, self.reason = type(value).__qualname__, reason
        # From the inside out. Gathered on the way out, so that a record without a fault pays nothing.
        self.steps: list[str] = []


def _write(value: Any, above: set[int]) -> str:
    """Write one value; `above` holds the ids of the containers it is in."""
    if (simple := _SIMPLE.get(type(value))) is not None:
        return simple(value)
    if id(value) in above:
        raise _NoFormError(value, "contains itself")
    if len(above) >= MAX_DEPTH:
        raise _NoFormError(value, f"is nested deeper than {MAX_DEPTH} levels")
    above.add(id(value))
    container = _CONTAINERS.get(type(value), _other)
    text = container(value, above)
    above.remove(id(value))
    return text


def _array(tag: str, items: Iterable[str]) -> str:
    return "[" + ", ".join([f'"{tag}"', *items]) + "]"


def _float(value: float) -> str:
    # float's own repr: a subclass may write itself in another way, as numpy's does.
    text = float.__repr__(value)
    return text if math.isfinite(value) else _array("float", [_quoted(text)])


def _int(value: int) -> str:
    if value.bit_length() <= _MAX_DECIMAL_BITS:
        return int.__repr__(value)
    return _array("int", [_quoted(hex(value))])


def _text(value: str) -> str:
    return _quoted(str.__str__(value))


def _tagged(tag: str, text: Callable[[Any], str] = str) -> Callable[[Any], str]:
    return lambda value: _array(tag, [_quoted(text(value))])


def _moment(value: datetime | time) -> str:
    return value.isoformat() + (" fold=1" if value.fold else "")


def _sequence(tag: str) -> Callable[[Iterable[Any], set[int]], str]:
    def write(values: Iterable[Any], above: set[int]) -> str:
        items: list[str] = []
        try:
            for value in values:
                items.append(_write(value, above))  # noqa: PERF401 - its length says which item has no form
        except _NoFormError as found:
            found.steps.append(f"[{len(items)}]")
            raise
        return _array(tag, items)

    return write


def _unordered(tag: str) -> Callable[[Iterable[Any], set[int]], str]:
    def write(values: Iterable[Any], above: set[int]) -> str:
        try:
            return _array(tag, sorted(_write(value, above) for value in values))
        except _NoFormError as found:
            found.steps.append("{…}")
            raise

    return write


def _mapping(values: Mapping[Any, Any], above: set[int]) -> str:
    if all(isinstance(key, str) and not isinstance(key, Enum) for key in values):
        return _object(values, above)
    pairs: list[tuple[str, str]] = []
    for key, value in values.items():
        try:
            pairs.append((_write(key, above), _write(value, above)))
        except _NoFormError as found:
            found.steps.append(f"[{shortened(repr(key))}]")
            raise
    return _array("dict", [f"[{key}, {value}]" for key, value in sorted(pairs)])


def _object(fields: Mapping[str, Any], above: set[int]) -> str:
    parts: list[str] = []
    for key in sorted(fields):
        try:
            parts.append(f"{_text(key)}: {_write(fields[key], above)}")
        except _NoFormError as found:
            found.steps.append(step_to(key))
            raise
    return f"{{{', '.join(parts)}}}"


def _other(value: Any, above: set[int]) -> str:
    if isinstance(value, Enum):
        # An unnamed combination of flags has only its number.
        return _array("enum", [_quoted(f"{type(value).__qualname__}.{value.name or repr(value.value)}")])
    try:
        fields = _fields(value)
    except Exception as error:
        raise _NoFormError(value, f"cannot be read: {type(error).__name__}: {error}") from error
    if fields is not None:
        return _array("object", [_quoted(type(value).__qualname__), _object(fields, above)])
    for kind, simple in _SIMPLE.items():
        if isinstance(value, kind):
            return simple(value)
    for kind, container in _CONTAINERS.items():
        if isinstance(value, kind):
            return container(value, above)
    raise _NoFormError(value, "has no canonical form; return dicts, lists, text, numbers or dataclasses")


def _fields(value: Any) -> Mapping[str, Any] | None:
    """Return what an instance of a class with declared fields holds; None for any other value."""
    kind = type(value)
    if dataclasses.is_dataclass(kind):
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
        return vars(value) if isinstance(value, SimpleNamespace) else None
    return {name: getattr(value, name) for name in names}


# In this order for subclasses: a bool is an int, a datetime is a date.
_SIMPLE: dict[type, Callable[[Any], str]] = {
    str: _text,
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: _int,
    float: _float,
    complex: _tagged("complex", complex.__repr__),
    bytes: _tagged("bytes", bytes.hex),
    bytearray: _tagged("bytearray", bytearray.hex),
    memoryview: _tagged("memoryview", lambda value: value.tobytes().hex()),
    Decimal: _tagged("Decimal"),
    Fraction: _tagged("Fraction"),
    datetime: _tagged("datetime", _moment),
    date: _tagged("date", date.isoformat),
    time: _tagged("time", _moment),
    timedelta: _tagged("timedelta", lambda value: f"{value.days}d {value.seconds}s {value.microseconds}us"),
    tzinfo: _tagged("tzinfo"),
    UUID: _tagged("UUID"),
    PurePath: _tagged("path"),
    range: _tagged("range"),
}

_CONTAINERS: dict[type, Callable[[Any, set[int]], str]] = {
    dict: _mapping,
    list: _sequence("list"),
    tuple: _sequence("tuple"),
    set: _unordered("set"),
    frozenset: _unordered("frozenset"),
    deque: _sequence("deque"),
    Mapping: _mapping,
}
