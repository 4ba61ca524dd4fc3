"""Repetitions and runs that have every measure: of loops, of pools, and of open arrivals."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from simulator.analysis.measures import measure
from simulator.measures.measure import Measure
from simulator.result.observation import OpenArrivals
from simulator.result.repetition import Measures, Repetition
from simulator.result.run import Run
from simulator.result.samples import Samples
from tests.simulator.analysis.builders import MS, observed, planned, repetition, run, samples

JOBS = 12_000
"""So many that even the highest percentile has 10 of them beyond it."""

HANDED_OVER = {"tasks": JOBS, "task_ns": 2 * MS, "there_ns": MS, "back_ns": MS, "whole_ns": 20 * MS}
"""As the driver tells it of a cluster."""


@cache
def jobs() -> Samples:
    """Return the raw samples of a repetition."""
    return samples(JOBS)


@cache
def whole(*, open_: bool = True) -> Measures:
    """Return what is derived from an observation that lacks nothing; of open arrivals or of closed ones."""
    stats = {**observed().server_stats, "queue": {"waiting": 0, "max": 3, "mean": 1.0}}
    seen = observed(
        jobs(),
        driver_cpu_s=150.0,
        worker_cpu_s=30.0,
        loop_lag_ns=(MS,) * 2000,
        environment={"moved_bytes": 1000 * JOBS, "handed_over": HANDED_OVER, "done_again": 3},
        warmup_s=0.2,
        server_stats=stats,
        arrivals=OpenArrivals(4, ()) if open_ else None,
    )
    return measure(seen, "equal")


def with_value(found: Any, path: str, value: float) -> Any:
    """Return a copy of a dataclass in which the number at a dotted path is another one."""
    first, _, rest = path.partition(".")
    if first == "stall":  # a sum
        return replace(found, stall_fetch=value, stall_parse=0.0, stall_other=0.0)
    return replace(found, **{first: with_value(getattr(found, first), rest, value) if rest else value})


def having(cell_id: str, round_: int, row: Measure, value: float) -> Repetition:
    """Return a repetition in which a measure has a value, and all others are what they always are."""
    assert row.repetition is not None
    made = with_value(replace(whole(), throughput_per_s=100.0), row.repetition, value)
    return replace(repetition(cell_id, round_), measures=made)


def run_of(*names: str, make: Callable[[str, int], Repetition], run_id: str = "r1") -> Run:
    """Return a run of three rounds of these strategies."""
    made = run(
        [planned(name) for name in names],
        [make(name, round_) for name in names for round_ in range(3)],
        kept=lambda *_: jobs(),
    )
    return replace(made, header=replace(made.header, id=run_id))
