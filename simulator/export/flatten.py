"""Dataclasses of measures to columns: `response_time_s.p50` becomes `response_time_s_p50`.

Columns come from the declared fields, not from the values, so that they are the same for every run, and a measure
that is added later is exported without a word here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from .interface import Column, Type

_TYPES: dict[Any, Type] = {str: "text", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Leaf:
    """One value inside a dataclass."""

    column: Column
    path: tuple[str, ...]

    def of(self, value: Any) -> Any:
        """Return the value there, None where a part of the way is null."""
        for name in self.path:
            if value is None:
                return None
            value = getattr(value, name)
        return plain(value, self.column.type)


@cache
def leaves(model: type, *left_out: str) -> tuple[Leaf, ...]:
    """Return the values of a dataclass and of those inside it, in the order in which they are declared.

    Mappings and lists are no values of a table and are left out.

    Args:
        model: the dataclass.
        left_out: fields of it that are left out as well.
    """
    found: list[Leaf] = []
    hints = get_type_hints(model)
    for field in fields(model):
        if field.name in left_out:
            continue
        kind = _only(hints[field.name])
        if is_dataclass(kind) and isinstance(kind, type):
            found.extend(
                Leaf(
                    Column(f"{field.name}_{leaf.column.name}", leaf.column.type),
                    (field.name, *leaf.path),
                )
                for leaf in leaves(kind)
            )
        elif get_origin(kind) is Literal:
            found.append(Leaf(Column(field.name, "text"), (field.name,)))
        elif kind in _TYPES:
            found.append(Leaf(Column(field.name, _TYPES[kind]), (field.name,)))
    return tuple(found)


def _only(hint: Any) -> Any:
    """Return T of `T | None`."""
    if get_origin(hint) in (Union, UnionType):
        others = [part for part in get_args(hint) if part is not NoneType]
        return others[0] if len(others) == 1 else hint
    return hint


def plain(value: Any, kind: Type) -> Any:
    """Return a value as its column's type wants it."""
    if value is None:
        return None
    match kind:
        case "text":
            text = str(value).lower() if isinstance(value, bool) else str(value)
            # What a driver printed may hold bytes that are no text.
            return text.encode("utf-8", "backslashreplace").decode("utf-8")
        case "integer":
            return int(value)
        case "number":
            number = float(value)
            return number if math.isfinite(number) else None
        case "boolean":
            return bool(value)


def factor_columns(factors: list[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Return a column for each factor, in the order in which the cells name them.

    A factor whose levels are not all of one kind is text.
    """
    names = dict.fromkeys(name for mapping in factors for name in mapping)
    return tuple(
        Column(name, _type([mapping[name] for mapping in factors if mapping.get(name) is not None]))
        for name in names
    )


def _type(levels: list[Any]) -> Type:
    kinds = {type(level) for level in levels}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    return "number" if kinds and kinds <= {int, float} else "text"
