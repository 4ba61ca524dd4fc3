"""What importing and calling the target do to an interpreter: run in a throwaway process: it may hang or crash."""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ..gil_watch import GilWatch
from ..shared.failure import Failure
from ..shared.python import gil_enabled


def check(task: str, modules: Sequence[str], call: Callable[[], object], watch: GilWatch) -> "dict[str, Any]":
    """Do the check of this name; returns `value`, true, false or null, and the `reason`.

    Raises:
        Failure: this Python cannot do the check.
    """
    # Before anything else: what is missing here says nothing about subinterpreters or the GIL.
    return _subinterpreter(modules) if task == "subinterpreter" else _gil(modules, call, watch)


def _import_here(modules: Sequence[str]) -> None:
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise Failure("unsupported", f"{name} cannot be imported there: {error}") from error


def _gil(modules: Sequence[str], call: Callable[[], object], watch: GilWatch) -> "dict[str, Any]":
    if gil_enabled() and watch.enabled_by() is None:
        raise Failure("unsupported", "this Python has its GIL on from the start")
    _import_here(modules)
    if (by := watch.enabled_by()) is not None:
        return {"value": False, "reason": f"importing it turns the GIL back on ({by})"}
    try:
        call()
    except Exception as error:
        raise Failure(
            "unsupported", f"importing it leaves the GIL off, a call raises {error!r:.200}"
        ) from error
    if (by := watch.enabled_by()) is not None:
        return {"value": False, "reason": f"calling it turns the GIL back on ({by})"}
    return {"value": True, "reason": "the GIL stays off after importing and calling it"}


def _subinterpreter(modules: Sequence[str]) -> "dict[str, Any]":
    try:
        interpreters: Any = importlib.import_module("concurrent.interpreters")
    except ImportError as error:
        raise Failure("unsupported", "this Python has no concurrent.interpreters (3.14 or later)") from error
    _import_here(modules)
    interpreter = interpreters.create()
    lines = [f"import sys; sys.path[:] = {sys.path!r}", *(f"import {name}" for name in modules)]
    try:
        interpreter.exec("\n".join(lines))
    except interpreters.ExecutionFailed as failure:
        first = (str(failure).strip().splitlines() or ["it fails there"])[0]
        return {"value": False, "reason": first}
    finally:
        interpreter.close()
    return {"value": True, "reason": "it was imported in one"}
