"""A condition as a tree, and back to text. Equal conditions are equal trees, wherever their parts stood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from simulator.measures.dimension import Dimension

Comparison = Literal["<", "<=", ">", ">="]
Sign = Literal["+", "-", "*", "/"]

NAME = r"[A-Za-z_]\w*(?:\.[\w-]+)*"
"""What needs no quotes where a strategy or a factor is named."""

LEVEL = r"[^\s,()\"'=<>]+"
"""What needs no quotes as a level."""


class ExpectationError(ValueError):
    """A text that is no condition. `column` counts from 1."""

    def __init__(self, column: int, message: str) -> None:
        self.column = column
        super().__init__(f"column {column}: {message}")


@dataclass(frozen=True)
class Quantity:
    """A number, with its unit where it has one."""

    text: str
    value: float
    """In seconds, bytes, or events per second."""
    dimension: Dimension
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Level:
    """A level that a factor is held at, as `server.latency=20ms`."""

    path: str
    level: str
    column: int = field(default=0, compare=False)
    level_column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{quoted(self.path, NAME)}={quoted(self.level, LEVEL)}"


@dataclass(frozen=True)
class Strategy:
    """The name of a strategy."""

    name: str
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return quoted(self.name, NAME)


@dataclass(frozen=True)
class Measured:
    """A metric of the cells of one strategy, or of two for `crossover`."""

    metric: str
    strategies: tuple[Strategy, ...]
    levels: tuple[Level, ...]
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.metric}({', '.join(map(str, (*self.strategies, *self.levels)))})"


@dataclass(frozen=True)
class Operation:
    """Two terms and what is done with them."""

    sign: Sign
    left: "Term"
    right: "Term"
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        right = f"({self.right})" if _binds_less(self.right, self.sign, is_right=True) else str(self.right)
        left = f"({self.left})" if _binds_less(self.left, self.sign, is_right=False) else str(self.left)
        return f"{left} {self.sign} {right}"


Term = Quantity | Measured | Operation


@dataclass(frozen=True)
class Condition:
    """Two terms and how they are to compare."""

    left: Term
    comparison: Comparison
    right: Term
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.left} {self.comparison} {self.right}"


def measured(term: Term) -> Iterator[Measured]:
    """List the metrics in a term, from left to right."""
    match term:
        case Measured():
            yield term
        case Operation():
            yield from measured(term.left)
            yield from measured(term.right)


def metrics_of(condition: Condition) -> tuple[Measured, ...]:
    """Return the different metrics of a condition, from left to right."""
    return tuple(dict.fromkeys((*measured(condition.left), *measured(condition.right))))


def quoted(text: str, plain: str) -> str:
    """Write a name or a level, in quotes where it needs them. It holds one kind of quotes at most."""
    if re.fullmatch(plain, text):
        return text
    return f"'{text}'" if '"' in text else f'"{text}"'


def _binds_less(term: Term, outer: Sign, *, is_right: bool) -> bool:
    """Whether a term needs parentheses inside an operation; of operations alike, those on the left come first."""
    if not isinstance(term, Operation):
        return False
    inside, outside = term.sign in "*/", outer in "*/"
    return inside < outside or (is_right and inside == outside)
