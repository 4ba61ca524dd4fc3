"""Measured targets, as tests need them."""

from dataclasses import replace
from typing import Any

from simulator.probe.held import Held
from simulator.probe.result import LoopLag, Measured, Python, Threads
from simulator.stats.intervals import Interval


def held(median: float, spread: float = 0.02) -> Held:
    return Held(
        median, max(0.0, median - spread), min(1.0, median + spread), "py-spy", {"hold": 1, "release": 0}
    )


def ratio(median: float, spread: float = 0.05) -> Interval:
    return Interval(median, median - spread, median + spread)


def threads(on_cpu: float, waiting: float | None = 0.0, kernel: float = 0.0, faults: float = 0.0) -> Threads:
    rest = None if waiting is None else 1 - on_cpu - waiting
    return Threads(on_cpu, waiting, rest, kernel, faults)


def measured(**changes: Any) -> Measured:
    """Of something that holds the GIL all the time, on two cores."""
    usual = Measured(
        target="mypkg:parse",
        python=Python("cpython", "3.11.7", free_threaded=False, gil_enabled=True),
        cores=2,
        cost_s=Interval(0.010, 0.009, 0.011),
        gil_held=held(0.98),
        speedup={2: ratio(1.0), 4: ratio(1.0)},
        processes={2: ratio(1.9)},
        threads={1: threads(1.0), 2: threads(0.5), 4: threads(0.25)},
        loop_lag_s=LoopLag(0.005, 0.010, 0.012, 0.0005),
        subinterpreter=True,
        keeps_gil_off=None,
        reasons={"subinterpreter": "it was", "keeps_gil_off": "no free-threaded Python was found"},
    )
    return replace(usual, **changes)
