"""From text to a virtual change, or to what is wrong with the text and what is allowed there."""

from functools import cache
from typing import TYPE_CHECKING, Any

from mockserver.units import parse_duration
from simulator.analysis.what_if.change import (
    MOST_CORES,
    MOST_IN_FLIGHT,
    SCALED,
    Becomes,
    Change,
    Lock,
    Target,
    Times,
)
from simulator.text.nearest import nearest
from simulator.text.words import listed

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = r"""
start: name _STAR NUMBER   -> times
     | name _SLASH NUMBER  -> divided
     | name _EQUAL QUANTITY -> becomes
     | name                -> told
name: WORD+

_STAR: "*" | "×"
_SLASH: "/"
_EQUAL: "="
NUMBER: /[0-9]+(?:\.[0-9]+)?%?(?![\w.%])/
QUANTITY: /[0-9][0-9.,]*(?:[ \t]?[A-Za-zµμ][\w.]*)?/
WORD: /[A-Za-z_-]+/
%import common.WS
%ignore WS
"""

MAX_CHARACTERS = 200
"""More is no change that a person reads."""
MOST_FACTOR = 1e6

TARGETS: dict[str, Target] = {
    **{name: name for name in SCALED},
    "handover": "hand-over",
    "cores": "cores",
    "in flight": "in flight",
    "in_flight": "in flight",
}
SENTENCES = {
    "parse releases the GIL": Lock("parse", held=False, text="parse releases the GIL"),
    "parse holds the GIL": Lock("parse", held=True, text="parse holds the GIL"),
    "no GIL": Lock("GIL", held=False, text="no GIL"),
}
_EXAMPLES = "write for example 'parse * 0.8', 'latency = 200ms' or 'parse releases the GIL'"


class ChangeError(ValueError):
    """A text that is no change; the message says what is wrong and what is allowed."""


def parse_change(text: str) -> Change:
    """Read a change, such as `parse * 0.8`. Raises ChangeError."""
    from lark.exceptions import UnexpectedInput  # noqa: PLC0415 - as in `_parser`

    if len(text) > MAX_CHARACTERS:
        raise ChangeError(f"{len(text)} characters; a change has {MAX_CHARACTERS} at most")
    if not text.strip():
        raise ChangeError(f"empty; {_EXAMPLES}")
    try:
        tree: Any = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unexpected(error, text) from None
    name, *values = tree.children
    words = " ".join(map(str, name.children))
    if tree.data == "told":
        return _told(words)
    target = _target(words)
    value = str(values[0])
    if tree.data == "becomes":
        return _becomes(target, value)
    factor = _number(value)
    if tree.data == "divided":
        if factor == 0:
            raise ChangeError("nothing can be divided by 0")
        return Times(target, _factor(target, 1 / factor))
    return Times(target, _factor(target, factor))


@cache
def _parser() -> "Lark":
    from lark import Lark  # noqa: PLC0415 - what changes nothing does not wait for it

    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _told(words: str) -> Change:
    for sentence, change in SENTENCES.items():
        if words.lower() == sentence.lower():
            return change
    if words.lower() in TARGETS:
        raise ChangeError(f"says nothing of {words}; write for example '{words} * 0.5'")
    close = nearest(words, SENTENCES)
    hint = f"; did you mean '{close}'?" if close else ""
    raise ChangeError(f"{words!r} is no change{hint}; {_EXAMPLES}")


def _target(words: str) -> Target:
    if words.lower() in TARGETS:
        return TARGETS[words.lower()]
    close = nearest(words, TARGETS)
    hint = f"; did you mean {close}?" if close else ""
    raise ChangeError(f"nothing is called {words}{hint}; there are {listed([*SCALED, 'cores', 'in flight'])}")


def _number(text: str) -> float:
    value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if value > MOST_FACTOR:
        raise ChangeError(f"{text} is too large a number; {MOST_FACTOR:,.0f} at most")
    return value


def _factor(target: Target, factor: float) -> float:
    if factor == 0 and target in ("cores", "in flight"):
        raise ChangeError(f"without {target} nothing is done; multiply by more than 0")
    return factor


def _becomes(target: Target, text: str) -> Change:
    if target in ("cores", "in flight"):
        most = MOST_CORES if target == "cores" else MOST_IN_FLIGHT
        plain = text.replace(",", "")
        if not plain.isdecimal() or not 1 <= int(plain) <= most:
            raise ChangeError(f"found {text}; {target} is a whole number from 1 to {most:,}")
        return Becomes(target, float(plain), f"{int(plain):,}")
    try:
        return Becomes(target, parse_duration(text) / 1e9, text)
    except (ValueError, OverflowError) as error:
        raise ChangeError(f"found {text}: {error}") from None


def _unexpected(error: Any, text: str) -> ChangeError:
    at = getattr(error, "pos_in_stream", None)
    token = getattr(error, "token", None)
    if (token is not None and token.type == "$END") or not isinstance(at, int) or at < 0:
        return ChangeError(f"ends too early; {_EXAMPLES}")
    return ChangeError(f"column {at + 1}: found {text[at]}; {_EXAMPLES}")
