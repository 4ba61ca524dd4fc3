"""From text to a condition, or to what is wrong with the text and what is allowed there."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from mockserver.units import parse_duration, parse_rate, parse_size
from simulator.expectations.syntax import (
    LEVEL,
    NAME,
    Comparison,
    Condition,
    ExpectationError,
    Level,
    Measured,
    Operation,
    Quantity,
    Sign,
    Strategy,
    Term,
)
from simulator.measures.dimension import DURATION, PLAIN, RATE, SIZE

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

GRAMMAR = rf"""
start: _sum COMPARISON _sum
_sum: operation_sum | _product
operation_sum: _sum (PLUS | MINUS) _product
_product: operation_product | _atom
operation_product: _product (STAR | SLASH) _atom
_atom: quantity | measured | "(" _sum ")"
quantity: QUANTITY
measured: NAME "(" [_argument ("," _argument)*] ")"
_argument: strategy | level
strategy: NAME | STRING
level: (NAME | STRING) "=" (LEVEL | STRING)

COMPARISON: /<=|>=|<|>/
PLUS: "+"
MINUS: "-"
STAR: "*"
SLASH: "/"
QUANTITY: /[0-9]+(?:\.[0-9]+)?(?:\/[smh](?!\w)|%|[A-Za-zµμ][\w.]*)?/
NAME: /{NAME}/
STRING: /"[^"\n]*"|'[^'\n]*'/
LEVEL: /{LEVEL}/
%import common.WS
%ignore WS
"""

MAX_CHARACTERS = 500
"""More is no condition that a person reads; it also bounds how deep the tree is."""

_WORDS = {
    "COMPARISON": "one of < <= > >=",
    "NAME": "a name",
    "STRING": "a name in quotes",
    "QUANTITY": "a number",
    "LEVEL": "a level",
    "PLUS": "+",
    "MINUS": "-",
    "STAR": "*",
    "SLASH": "/",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": "a comma",
    "EQUAL": "=",
    "$END": "the end",
}


def parse(text: str) -> Condition:
    """Read a condition, such as `p99(asyncio, in_flight=64) < 250ms`.

    Raises:
        ExpectationError: It is none; the message says at which column, what was found and what is allowed.
    """
    from lark.exceptions import UnexpectedInput  # noqa: PLC0415 - as in `_parser`

    if len(text) > MAX_CHARACTERS:
        raise ExpectationError(
            MAX_CHARACTERS + 1, f"{len(text)} characters; a condition has {MAX_CHARACTERS} at most"
        )
    if not text.strip():
        raise ExpectationError(1, "empty; write for example throughput(threads) > 2 * throughput(sequential)")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unexpected(error, text) from None
    left, comparison, right = tree.children
    return Condition(
        _term(left), cast("Comparison", str(comparison)), _term(right), _column(cast("Token", comparison))
    )


@cache
def _parser() -> "Lark":
    from lark import Lark  # noqa: PLC0415 - a run without expectations, or `--help`, does not wait for it

    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _term(node: Any) -> Term:
    match node.data:
        case "quantity":
            return _quantity(node.children[0])
        case "measured":
            return _measured(node)
    left, sign, right = node.children
    return Operation(cast("Sign", str(sign)), _term(left), _term(right), _column(sign))


def _measured(node: "Tree[Token]") -> Measured:
    name, *arguments = cast("list[Any]", node.children)
    strategies: list[Strategy] = []
    levels: list[Level] = []
    for argument in arguments:
        first = argument.children[0]
        if argument.data == "level":
            level = argument.children[1]
            levels.append(Level(_text(first), _text(level), _column(first), _column(level)))
        elif levels:
            raise ExpectationError(
                _column(first), f"found {first} after a level; strategies come first, then factor=level"
            )
        else:
            strategies.append(Strategy(_text(first), _column(first)))
    return Measured(str(name), tuple(strategies), tuple(levels), _column(name))


def _quantity(token: "Token") -> Quantity:
    text, column = str(token), _column(token)
    if text.replace(".", "", 1).isdecimal():
        return Quantity(text, _finite(text, column), PLAIN, column)
    if text.endswith("%"):
        return Quantity(text, _finite(text[:-1], column) / 100, PLAIN, column)
    try:
        if "/" in text:
            return Quantity(text, parse_rate(text), RATE, column)
        if text.endswith("B"):
            return Quantity(text, float(parse_size(text)), SIZE, column)
        return Quantity(text, parse_duration(text) / 1e9, DURATION, column)
    except (ValueError, OverflowError):
        raise ExpectationError(
            column,
            f"{text} is no quantity; allowed: durations (250ms, 1m30s), sizes (64MB, 64MiB), rates (50/s),"
            " percentages (5%) and plain numbers (1.5)",
        ) from None


def _finite(number: str, column: int) -> float:
    value = float(number)
    if value > 1e100:  # noqa: PLR2004 - far beyond all that is measured, and far from overflow
        raise ExpectationError(column, f"{number[:20]}… is too large a number")
    return value


def _text(token: "Token") -> str:
    return str(token)[1:-1] if token.type == "STRING" else str(token)


def _column(token: "Token") -> int:
    return (token.start_pos or 0) + 1


def _unexpected(error: Any, text: str) -> ExpectationError:
    """Say what stood there and what may stand there."""
    token = getattr(error, "token", None)
    at = getattr(error, "pos_in_stream", None)
    at_end = (token is not None and token.type == "$END") or not isinstance(at, int) or at < 0
    column = len(text.rstrip()) + 1 if at_end or at is None else at + 1
    accepted = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or ())
    expected = ", ".join(word for name, word in _WORDS.items() if name in accepted)
    whole = token is not None and token.type != "LEVEL"  # a level swallows what no other word would
    found = "the end" if at_end else str(token) if whole else text[column - 1]
    if found in {"<", "<=", ">", ">="} and re.search("[<>]", text[: column - 1]):
        message = f"found a second {found}; a condition has one comparison"
    elif "COMPARISON" in accepted and at_end:
        message = "the comparison is missing; compare with < <= > >=, as in … < 250ms"
    elif found in {"=", "!"} and "COMPARISON" in accepted:
        message = f"found {found}; compare with one of < <= > >=: measurements are never exactly equal"
    else:
        message = f"found {found}" + (f"; allowed here: {expected}" if expected else "")
    return ExpectationError(column, message)
