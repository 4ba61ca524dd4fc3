"""The user's own client: `package.module:Client`, found on `sys.path` as it is, like a parser of the user's.

It is made with what its `__init__` asks for by name among the fields of `Settings`; with the settings as a whole where
it has one parameter of another name; with nothing where it has none. Whether it blocks is told by its `fetch`.
"""

import inspect
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ..address import attribute, split_address
from .interface import Settings

KEY = "job.client"
METHODS = ("fetch", "close")


class ClientSpecError(ValueError):
    """The scenario names something that cannot be a client."""


class ClientKindError(ClientSpecError):
    """It is a client, but one of the other kind: blocking, or on an event loop."""


class ClientUnavailableError(ImportError):
    """The client's module, or one that it needs, cannot be imported by this interpreter."""


class ClientResultError(TypeError):
    """What the user's client returned is no response."""


def split_target(target: str) -> "tuple[str, str]":
    """Split `package.module:Client` into module and name. Raises ClientSpecError where it is not of that form."""
    return split_address(target, key=KEY, what="Client", error=ClientSpecError)


def load_client(target: str, kind: str) -> "Callable[[Settings], Any]":
    """Import the user's client; return what makes one with settings.

    Raises:
        ClientSpecError: the target is malformed or names nothing that is a client, or is one of another kind.
        ClientUnavailableError: the module cannot be imported.
        BaseException: whatever else the module raises while it is imported.
    """
    found = find_client(target)
    has = kind_of(found, target)
    if has != kind:
        raise ClientKindError(wrong_kind(target, has, kind))
    return maker(found, target)


def wrong_kind(target: str, has: str, needed: str) -> str:
    """Say that a client is of another kind than the strategy needs."""
    return (
        f"{KEY}: {target} is a client of kind {has} ({'a coroutine' if has == 'asyncio' else 'a plain'} fetch), and"
        f" this strategy needs one of kind {needed}; write {{{has}: {target}, {needed}: another}}"
    )


def find_client(target: str) -> Any:
    """Import what `package.module:Client` names, and see that it has what a client has. Raises as `load_client`."""
    module, path = split_target(target)
    try:
        imported = import_module(module)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name is not None
        problem = (
            f"there is no module {error.name!r}" if missing else f"{module} cannot be imported ({error})"
        )
        raise ClientUnavailableError(
            f"{KEY}: {sys.executable}: {problem}; choose the Python that has it with --python PATH",
            name=error.name or module,
        ) from error
    found = attribute(imported, path, key=KEY, address=target, error=ClientSpecError)
    if not inspect.isclass(found):
        raise ClientSpecError(f"{KEY}: {target} is of type {type(found).__name__}; a client is a class")
    for name in METHODS:
        if not callable(getattr(found, name, None)):
            raise ClientSpecError(
                f"{KEY}: {target} has no method {name}; a client has fetch(url, headers=None) and close()"
            )
    return found


def kind_of(found: Any, target: str) -> str:
    """Return `asyncio` where fetch is a coroutine function, else `blocking`. Raises ClientSpecError: close differs."""
    kinds = {
        name: "asyncio" if inspect.iscoroutinefunction(getattr(found, name, None)) else "blocking"
        for name in METHODS
    }
    if kinds["fetch"] != kinds["close"]:
        first, second = METHODS if kinds["fetch"] == "asyncio" else reversed(METHODS)
        raise ClientSpecError(
            f"{KEY}: {target}: {first} is a coroutine and {second} is not; make both, or none"
        )
    return kinds["fetch"]


def maker(found: "Callable[..., Any]", target: str) -> "Callable[[Settings], Any]":
    """Return what makes one of these with settings. Raises ClientSpecError: its parameters are none that it knows."""
    try:
        parameters = [*inspect.signature(found).parameters.values()]
    except (TypeError, ValueError):  # of a class in C it may be unknown
        return found
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return lambda settings: found(**settings._asdict())
    own = [
        one for one in parameters if one.kind is not one.VAR_POSITIONAL and one.name not in Settings._fields
    ]
    named = [one.name for one in parameters if one.name in Settings._fields]
    required = [one for one in own if one.default is one.empty]
    if not named and len(required) == 1 and required[0].kind is not required[0].KEYWORD_ONLY:
        return found
    if required:
        raise ClientSpecError(
            f"{KEY}: {target} cannot be made: nobody knows its {', '.join(one.name for one in required)}; it may ask"
            f" for {', '.join(Settings._fields)}, or for one object that has them all"
        )
    return lambda settings: found(**{name: getattr(settings, name) for name in named})


def check_response(found: object, target: str) -> None:
    """See that what a client's `fetch` returned is a response. Raises ClientResultError."""
    if not isinstance(found, tuple | list) or len(found) != len(("status", "headers", "body")):
        wrong = f"an object of type {type(found).__name__}"
    elif not isinstance(found[0], int):
        wrong = f"a status of type {type(found[0]).__name__}"
    elif not isinstance(found[1], Mapping) and not callable(getattr(found[1], "get", None)):
        wrong = f"headers of type {type(found[1]).__name__}"
    elif not isinstance(found[2], bytes):
        wrong = f"a body of type {type(found[2]).__name__}"
    else:
        return
    raise ClientResultError(
        f"{KEY}: fetch of {target} returned {wrong}; return (status, headers, body): int, mapping, bytes"
    )
