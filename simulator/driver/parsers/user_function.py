"""The user's own function as a parser: `package.module:function`, found on `sys.path` as it is.

It gets the page as bytes or, decoded as a client would, as text, and its URL too if the scenario asks for
that. What it yields is drained: a generator does its work only then.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from ..address import attribute, split_address
from ..shared.charset import decode
from .interface import Parser, ParserResultError, ParserSpecError
from .missing import unavailable

# What most parsers return, known without asking the abstract classes.
_PLAIN = frozenset({dict, list, tuple, str, bytes, int, float, bool, set, frozenset, type(None)})


def split_target(target: str) -> tuple[str, str]:
    """Split `package.module:function` into the module's name and the function's.

    Raises:
        ParserSpecError: It is not of that form.
    """
    return split_address(target, key="job.parser", what="function", error=ParserSpecError)


def load_function(target: str, *, text: bool, url: bool) -> Parser:
    """Import the user's function and make it a parser.

    Args:
        target: `package.module:function`; the function may be an attribute of a class.
        text: Whether the function gets the page as text, not as bytes.
        url: Whether it gets the page's URL as second positional argument.

    Raises:
        ParserSpecError: The target is malformed, names nothing callable, or its parameters do not fit.
        ParserUnavailableError: The module cannot be imported.
        BaseException: Whatever else the module raises while it is imported.
    """
    function = find_function(target)
    _check_signature(function, target, url=url)

    def parse(body: bytes, page_url: str, /) -> object:
        page = decode(body) if text else body
        result = function(page, page_url) if url else function(page)
        return finished(result, target)

    return parse


def find_function(target: str) -> Callable[..., Any]:
    """Import what `package.module:function` names, whatever its parameters are.

    Raises:
        ParserSpecError: The target is malformed, or names nothing callable.
        ParserUnavailableError: The module cannot be imported.
        BaseException: Whatever else the module raises while it is imported.
    """
    module_name, path = split_target(target)
    return _callable(_import(module_name), path, target)


def finished(result: object, target: str) -> object:
    """Return a result whose work is done: an iterator does it only while it is drained.

    Raises:
        ParserResultError: Only an event loop can finish it.
    """
    return result if type(result) in _PLAIN else _drained(result, target)


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise unavailable(name, error) from error


def _callable(module: ModuleType, path: str, target: str) -> Callable[..., Any]:
    found = attribute(module, path, key="job.parser", address=target, error=ParserSpecError)
    if not callable(found):
        raise ParserSpecError(
            f"job.parser: {target} is of type {type(found).__name__}; a parser must be callable"
        )
    call = found if inspect.isroutine(found) or inspect.isclass(found) else type(found).__call__
    if inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call):
        raise ParserSpecError(
            f"job.parser: {target} is asynchronous; name a plain function: the strategy decides how waits "
            "overlap, and parsing waits for nothing"
        )
    return found  # type: ignore[no-any-return] # callable() has just shown it


def _check_signature(function: Callable[..., Any], target: str, *, url: bool) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # builtins may have none; then the first call shows it
    given = ("body", "url") if url else ("body",)
    try:
        signature.bind(*given)
    except TypeError as error:
        remedy = "write url: false" if url else "write url: true if its second argument is the page's URL"
        raise ParserSpecError(
            f"job.parser: {target}{signature} cannot be called with ({', '.join(given)}): {error}; {remedy}"
        ) from error


def _drained(result: object, target: str) -> object:
    if isinstance(result, Iterator):
        return list(result)
    if isinstance(result, Awaitable | AsyncIterator):
        if inspect.iscoroutine(result):
            result.close()  # else Python warns that it was never awaited
        raise ParserResultError(
            f"job.parser: {target} returned an object of type {type(result).__name__}, which only an event "
            "loop can finish; return the record itself"
        )
    return result
