"""Whether a record can be handed to another process, what it weighs then, and which part of it is to blame."""

from __future__ import absolute_import, division, unicode_literals

import pickle
import sys
import traceback

from .field_path import path_of, step_to
from .python import TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MOST_CHARACTERS = 200
DEEPEST = 20
MOST_PARTS = 1000
MOST_OF_IT = 0.5
"""A part that weighs this share of the whole, alone, is what the whole weighs so much by."""


def weigh(record):
    # type: (Any) -> int
    """Return how many bytes it is when pickled. Raises what pickling raises, which may be anything."""
    return len(pickle.dumps(record, pickle.HIGHEST_PROTOCOL))


def why_not(record):
    # type: (Any) -> str
    """Say what cannot be pickled, and why: `title: NavigableString (RecursionError: ...)`; within its handler."""
    kind, error = sys.exc_info()[:2]  # where in here it was raised is of no use to anybody
    words = " ".join("".join(traceback.format_exception_only(kind, error)).split())
    return "%s (%s)" % (_place(record, _fails), words[:MOST_CHARACTERS])


def heaviest(record):
    # type: (Any) -> str
    """Name the smallest part that weighs most of the whole: `title: NavigableString`."""
    weights = {}  # type: dict[int, float]

    def heavy(part, whole):
        # type: (Any, Any) -> bool
        if id(whole) not in weights:  # once: it may be a thousand times its parts
            weights[id(whole)] = _weight(whole)
        most = MOST_OF_IT * weights[id(whole)]
        return 0 < most <= _weight(part)

    return _place(record, heavy)


def _place(record, to_blame):
    # type: (Any, Callable[[Any, Any], bool]) -> str
    steps = []  # type: list[str]
    while len(steps) < DEEPEST:
        for step, part in _parts(record)[:MOST_PARTS]:
            if to_blame(part, record):
                steps.append(step)
                record = part
                break
        else:
            break
    kind = type(record)
    return "%s: %s" % (path_of(steps), getattr(kind, "__qualname__", kind.__name__))


def _fails(part, _whole):
    # type: (Any, Any) -> bool
    try:
        weigh(part)
    except:  # noqa: E722 - pickling runs the record's own code
        return True
    return False


def _weight(part):
    # type: (Any) -> float
    """Return its weight; -1 where it cannot be pickled."""
    try:
        return weigh(part)
    except:  # noqa: E722 - pickling runs the record's own code
        return -1


def _parts(record):
    # type: (Any) -> list[tuple[str, Any]]
    """Return the parts of plain containers and of objects whose class adds nothing to them, with the steps to them."""
    if isinstance(record, dict):
        return [(step_to(key if isinstance(key, TEXT) else str(key)), part) for key, part in record.items()]
    if isinstance(record, (list, tuple)):
        return [("[%d]" % index, part) for index, part in enumerate(record)]
    if hasattr(type(record), "__dataclass_fields__"):
        return [(step_to(name), getattr(record, name, None)) for name in type(record).__dataclass_fields__]
    return []
