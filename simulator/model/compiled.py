"""The simulation's inner loop compiled by numba, where that is installed: the same source, ten times as fast.

Compiled code that is given arrays counts at every use who refers to each: that takes longer than all the rest. It is
given their addresses instead.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from inspect import getmembers, isfunction
from types import ModuleType
from typing import Any

import numpy as np

from simulator.model.event_state import Clock, Doing, Events, Noted, Queue, Slot
from simulator.model.records import row_type

CLOCKS, STEPS, SLOTS, QUEUES, NOTED = (row_type(each) for each in (Clock, Doing, Slot, Queue, Noted))


@cache
def compiled_run() -> Callable[[Events], None] | None:
    """Return what simulator.model.events.run is, compiled, for arrays; null: there is no compiler that does it.

    It takes seconds: many the first time on a machine, two later.
    """
    if find_spec("numba") is None:
        return None
    try:
        run_at = _compiled_for_addresses(import_module("numba"))
    except Exception:  # noqa: BLE001 - whatever a compiler, or what it kept of another version, may raise: all goes without
        return None

    def run_compiled(events: Events) -> None:
        run_at(
            np.array([each.ctypes.data for each in events], dtype=np.int64),
            np.array([len(each) for each in events], dtype=np.int64),
        )

    return run_compiled


def _compiled_for_addresses(numba: ModuleType) -> Callable[[Any, Any], None]:
    """Return a function of the addresses of the fields of Events, and of how long each is."""
    run = _compiled_events(numba).run
    pointer, carray = _pointer(numba), numba.carray

    def run_at(at: Any, long: Any) -> None:
        run(
            Events(
                carray(pointer(at[0]), (long[0],), CLOCKS),
                carray(pointer(at[1]), (long[1],), STEPS),
                carray(pointer(at[2]), (long[2],), SLOTS),
                carray(pointer(at[3]), (long[3],), QUEUES),
                carray(pointer(at[4]), (long[4],), np.float64),
                carray(pointer(at[5]), (long[5],), np.float64),
                carray(pointer(at[6]), (long[6],), np.float64),
                carray(pointer(at[7]), (long[7],), np.float64),
                carray(pointer(at[8]), (long[8],), np.float64),
                carray(pointer(at[9]), (long[9],), np.float64),
                carray(pointer(at[10]), (long[10],), np.float64),
                carray(pointer(at[11]), (long[11],), np.float64),
                carray(pointer(at[12]), (long[12],), np.float64),
                carray(pointer(at[13]), (long[13],), np.float64),
                carray(pointer(at[14]), (long[14],), NOTED),
            )
        )

    found: Callable[[Any, Any], None] = numba.njit("void(int64[::1], int64[::1])")(run_at)
    return found


def _compiled_events(numba: ModuleType) -> ModuleType:
    """Return simulator.model.events with every function compiled, and with heaps in arrays."""
    heaps = _copied("simulator.model.heap_rows")
    _compile(numba, heaps)
    module = _copied("simulator.model.events")
    for name in ("push", "first", "pop", "remove"):
        setattr(module, name, getattr(heaps, name))
    _compile(numba, module)
    return module


def _copied(name: str) -> ModuleType:
    """Return a second copy of a module: its functions call one another by names, which will mean compiled ones."""
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is not there: install the program anew")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compile(numba: ModuleType, module: ModuleType) -> None:
    """Compile every function of a module; only what starts it is kept for later, with all the others inside it."""
    for name, function in getmembers(module, isfunction):
        entry = name == "run"
        setattr(module, name, numba.njit(cache=entry, forceinline=not entry, error_model="numpy")(function))


def _pointer(numba: ModuleType) -> Any:
    """Return what makes a pointer of an address."""
    types = numba.types

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], numba.core.cgutils.voidptr_t)

    def pointer(_typing: Any, _address: Any) -> Any:
        return types.voidptr(types.intp), codegen

    return numba.extending.intrinsic(pointer)
