"""From what the probe is asked about to a call with a number, which chooses the page."""

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..parsers import Parser, ScalableParser, is_scalable, load
from ..parsers.interface import ParserSpecError
from ..parsers.user_function import find_function, finished

Call = Callable[[int], object]
"""The call with this number: equal numbers make equal calls, in whichever thread."""

SCALED_COST_S = 0.005
"""What one call of `spin` and `sha256` is made to cost; by themselves they cost nothing."""
_FIRST_UNITS = 100_000


def call_of(spec: Mapping[str, Any], pages: Sequence[bytes]) -> Call:
    """Return the call: number after number, page after page.

    Raises:
        ParserSpecError: what the specification names cannot be called with one page, or with nothing.
        ParserUnavailableError: it cannot be imported by this interpreter.
        BaseException: whatever the user's module raises while it is imported.
    """
    function, count = _function(spec), len(pages)
    if count == 1:
        page = pages[0]
        return lambda _: function(page)
    return lambda number: function(pages[number % count])


def _function(spec: Mapping[str, Any]) -> Callable[[bytes], object]:
    if "function" in spec:
        return _users(str(spec["function"]))
    parser = load(spec)
    if is_scalable(parser):
        parser = _scaled(parser)
    bound: Parser = parser
    return lambda body: bound(body, "the input")


def _users(target: str) -> Callable[[bytes], object]:
    function = find_function(target)
    if _takes(function, target):
        return lambda body: finished(function(body), target)
    return lambda _body: finished(function(), target)


def _takes(function: Callable[..., Any], target: str) -> bool:
    """Whether the function takes a page; else it takes nothing."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True  # builtins may have none; then the first call shows it
    for given in ((b"",), ()):
        try:
            signature.bind(*given)
        except TypeError:
            continue
        return bool(given)
    raise ParserSpecError(
        f"{target}{signature} needs other arguments than one page; write a function of one bytes argument, or of"
        " none, that calls it"
    )


def _scaled(parser: ScalableParser) -> Parser:
    units = _FIRST_UNITS
    for _ in range(3):  # the first one warms up
        started = time.perf_counter()
        parser.bind(units)(b"", "")
        units = max(1, int(units * SCALED_COST_S / max(time.perf_counter() - started, 1e-6)))
    return parser.bind(units)
