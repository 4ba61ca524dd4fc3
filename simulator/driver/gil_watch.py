"""What turns the GIL on in a free-threaded build, whenever it does: an import, a call, a call among many."""

import re
import sys
import warnings
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader
from typing import Any

from .shared.python import gil_enabled

_NAMED = re.compile(r"to load module '([^']+)'")
"""What CPython's own warning says: the extension itself, where an import of a package may load many."""


class GilWatch:
    """Watches from when it is made on. It listens to the warnings, which all go on to where they went before."""

    def __init__(self, is_on: Callable[[], bool] = gil_enabled) -> None:
        self._is_on = is_on
        self._was_on = is_on()
        self._named: str | None = None
        self._loaded = set(sys.modules)
        if not self._was_on:
            self._listen()

    def _listen(self) -> None:
        shown: Any = warnings.showwarning

        def show(message: "Warning | str", category: "type[Warning]", *details: Any, **named: Any) -> None:
            found = _NAMED.search(str(message))
            if found is not None and self._named is None:
                self._named = found.group(1)
            shown(message, category, *details, **named)

        # One that is to be ignored, or an error, would not be shown.
        warnings.filterwarnings("always", message="The global interpreter lock", category=RuntimeWarning)
        warnings.showwarning = show

    def enabled_by(self) -> "str | None":
        """Return the module that turned it on since, or those of which one must have; null: the GIL is as it was."""
        if self._was_on or not self._is_on():
            return None
        return self._named or " or ".join(self._new_extensions()) or "a module that is gone"

    def _new_extensions(self) -> "list[str]":
        new = [name for name in sys.modules if name not in self._loaded]
        return sorted(name for name in new if isinstance(_loader(name), ExtensionFileLoader))


def _loader(name: str) -> object:
    return getattr(getattr(sys.modules.get(name), "__spec__", None), "loader", None)
