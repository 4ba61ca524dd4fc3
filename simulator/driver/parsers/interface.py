"""What a parser is, and how loading or calling one can fail.

A parser is a callable `(body, url) -> record`; one call is one whole parse. Its cost is what it is: a caller
that wants more of it calls again. The exceptions are the parsers that only stand for work, see
`shared/scalable.py`.

    ValueError
        ParserSpecError           the scenario names something that cannot be a parser
    ImportError
        ParserUnavailableError    the parser's module cannot be imported by this interpreter
    TypeError
        ParserResultError         the user's function returned something that is no record
"""

from typing import Protocol


class Parser(Protocol):
    """One whole parse of one page."""

    def __call__(self, body: bytes, url: str, /) -> object:
        """Parse `body`, the page fetched from `url`, and return its record."""


class ParserSpecError(ValueError):
    """The scenario names something that cannot be a parser."""


class ParserUnavailableError(ImportError):
    """The parser's module, or a library it needs, cannot be imported by this interpreter."""


class ParserResultError(TypeError):
    """The user's function returned something that is no record: a coroutine or an asynchronous generator."""
