"""Are two records equal, and where do they differ? From canonical texts alone: they may be in other processes."""

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from itertools import zip_longest
from typing import Any

from .shared.field_path import path_of, shortened, step_to


def digest(text: str) -> str:
    """Return 32 hexadecimal digits: BLAKE2b of `text`."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def difference(left: str, right: str) -> tuple[str, str, str] | None:
    """Find the first field in which two records differ.

    Args:
        left: A record's canonical text.
        right: Another's.

    Returns:
        Its path, as in `products[3].price`, and both values, shortened, `(absent)` where one has no such
        field; None when the texts are equal.

    Raises:
        ValueError: One of them is no canonical text.
    """
    if left == right:
        return None
    steps: list[str] = []
    values = _first_difference(json.loads(left), json.loads(right), steps)
    return None if values is None else (path_of(steps), *values)


_ABSENT: Any = object()


def _first_difference(left: Any, right: Any, steps: list[str]) -> tuple[str, str] | None:
    """Compare what two canonical texts read back to; `steps` is extended on the way to the difference."""
    # repr tells 1, 1.0 and True apart, and 0.0 from -0.0.
    if repr(left) == repr(right):
        return None
    for step, left_part, right_part in _parts(left, right):
        steps.append(step)
        if (found := _first_difference(left_part, right_part, steps)) is not None:
            return found
        steps.pop()
    ours, theirs = _shown(left), _shown(right)
    apart = next((at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), 0)
    return shortened(ours, apart), shortened(theirs, apart)


def _parts(left: Any, right: Any) -> Iterable[tuple[str, Any, Any]]:
    """Pair the parts of two values of the same kind; nothing for values that have none or differ in kind."""
    match left, right:
        case dict(), dict():
            return _paired(left, right, step_to)
        case ["object", str(name), dict(ours)], ["object", str(other), dict(theirs)] if name == other:
            return _paired(ours, theirs, step_to)
        case ["dict", *ours], ["dict", *theirs]:
            return _paired(
                {_python(key): value for key, value in ours},
                {_python(key): value for key, value in theirs},
                lambda key: f"[{key}]",
            )
        case [("list" | "tuple" | "deque") as tag, *ours], [other, *theirs] if tag == other:
            pairs = zip_longest(ours, theirs, fillvalue=_ABSENT)
            return [(f"[{at}]", *pair) for at, pair in enumerate(pairs)]
        case [("set" | "frozenset") as tag, *ours], [other, *theirs] if tag == other:
            only_ours, only_theirs = _missing_in(theirs, ours), _missing_in(ours, theirs)
            return [("{…}", *pair) for pair in zip_longest(only_ours, only_theirs, fillvalue=_ABSENT)]
    return ()


def _missing_in(others: list[Any], items: list[Any]) -> list[Any]:
    known = set(map(repr, others))
    return [item for item in items if repr(item) not in known]


def _paired(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], step: Callable[[str], str]
) -> list[tuple[str, Any, Any]]:
    return [
        (step(key), ours.get(key, _ABSENT), theirs.get(key, _ABSENT))
        for key in sorted(ours.keys() | theirs.keys())
    ]


def _shown(value: Any) -> str:
    return "(absent)" if value is _ABSENT else _python(value)


def _python(value: Any) -> str:
    """Write a value that was read back about the way Python would."""
    match value:
        case dict():
            text = f"{{{', '.join(f'{key!r}: {_python(item)}' for key, item in value.items())}}}"
        case ["list", *items]:
            text = f"[{', '.join(map(_python, items))}]"
        case ["object", str(name), dict(fields)]:
            text = f"{name}({', '.join(f'{key}={_python(item)}' for key, item in fields.items())})"
        case ["dict", *pairs]:
            text = f"{{{', '.join(f'{_python(key)}: {_python(item)}' for key, item in pairs)}}}"
        case [("float" | "int" | "enum" | "complex"), literal]:
            text = str(literal)
        case ["bytes", str(digits)]:
            text = repr(bytes.fromhex(digits))
        case [str(tag), *items]:
            text = f"{tag}({', '.join(map(_python, items))})"
        case _:
            text = repr(value)
    return text
