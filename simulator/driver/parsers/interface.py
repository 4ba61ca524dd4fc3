"""What a parser is, and how loading or calling one can fail.

A parser is a callable `(body, url) -> record`; one call is one whole parse. Its cost is what it is: a caller
that wants more of it calls again. The exceptions are the parsers that only stand for work, `spin` and
`sha256`. `is_scalable(parser)` tells them apart, and `parser.bind(units)` gives the parser that does that
amount of work in each call.

    ValueError
        ParserSpecError           the scenario names something that cannot be a parser
    ImportError
        ParserUnavailableError    the parser's module cannot be imported by this interpreter
    TypeError
        ParserResultError         the user's function returned something that is no record
"""

from abc import ABC, abstractmethod
from typing import Protocol, TypeGuard


class Parser(Protocol):
    """One whole parse of one page."""

    def __call__(self, body: bytes, url: str, /) -> object:
        """Parse `body`, the page fetched from `url`, and return its record."""


class ScalableParser(ABC):
    """A parser whose work is an amount that the caller sets; unbound it does none."""

    @abstractmethod
    def bind(self, units: int) -> Parser:
        """Return the parser that does `units` of work in each call.

        Args:
            units: Loop iterations (`spin`) or bytes to hash (`sha256`), ≥ 0; 0 is no work at all.

        Raises:
            ValueError: `units` is negative.
        """

    def __call__(self, body: bytes, url: str, /) -> object:
        """Return the record of `body`; the same as `bind(0)`."""
        return self.bind(0)(body, url)


def is_scalable(parser: Parser) -> TypeGuard[ScalableParser]:
    """Whether `parser` takes an amount of work."""
    return isinstance(parser, ScalableParser)


class ParserSpecError(ValueError):
    """The scenario names something that cannot be a parser."""


class ParserUnavailableError(ImportError):
    """The parser's module, or a library it needs, cannot be imported by this interpreter."""


class ParserResultError(TypeError):
    """The user's function returned something that is no record: a coroutine or an asynchronous generator."""
