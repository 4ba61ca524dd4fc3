"""Which import turns the GIL on in a free-threaded build."""

import re
import warnings
from collections.abc import Callable
from importlib import import_module

from .clients import library_of
from .parsers import ParserSpecError, modules
from .shared.python import gil_enabled
from .spec import Spec

_NAMED = re.compile(r"to load module '([^']+)'")
"""What CPython's own warning says: the extension itself, where an import of a package may load many."""


def enabled_by(
    spec: Spec, *, is_on: Callable[[], bool] = gil_enabled, load: Callable[[str], object] = import_module
) -> "str | None":
    """Import what this job fetches and parses with, one by one; return the module that turned the GIL on.

    Null: none did, or there was a GIL before. What cannot be imported is reported by whoever needs it.
    """
    if is_on():
        return None
    for module in wanted(spec):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                load(module)
            except BaseException:  # noqa: BLE001, S112 - a module of the user's may raise anything; it is said later
                continue
        if is_on():
            named = (_NAMED.search(str(warning.message)) for warning in said)
            return next((found.group(1) for found in named if found), module)
    return None


def wanted(spec: Spec) -> "list[str]":
    """Return the modules of the parser and the clients of this job; what every strategy needs comes first."""
    try:
        found = list(modules(spec.parser))
    except ParserSpecError:  # a malformed one is reported when it is loaded
        found = []
    for client in spec.clients:
        found.append(library_of(client.partition(":")[2]).module)
    return found
