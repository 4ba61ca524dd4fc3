"""What the report knows of a kind of finding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

F = TypeVar("F")


@dataclass(frozen=True)
class Kind(Generic[F]):
    """One kind of finding: where it is told, and in which words."""

    of: type[F]
    place: Literal["answer", "crossover", "overall", "reason"]
    """An answer to what the scenario asks of one combination of levels; where one strategy begins to beat another; what
    is said of many combinations together, beside the answers; what explains the numbers of one combination."""
    sentence: Callable[[F], str]
    """Of the finding alone; ends with a full stop."""
