"""The metrics that conditions name: of what dimension each is, and where a result document has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.expectations.dimension import DURATION, PLAIN, RATE, SIZE, Dimension
from simulator.result.document import CellResult
from simulator.result.repetition import Measures

Value = float | None
OfRepetition = Callable[[Measures], Value]
OfCell = Callable[[CellResult], Value]


@dataclass(frozen=True)
class Metric:
    """One number that a cell has."""

    dimension: Dimension
    of_repetition: OfRepetition
    """Reads it from one repetition; null where that repetition lacks it."""
    of_cell: OfCell
    """Reads it over all rounds: a median, or a percentile of the pooled samples."""
    lacking: str
    """Why a cell that was measured may not have it."""


SPEEDUP = "speedup"
"""Throughput over that of the baseline: the one metric that needs the repetitions of two cells."""

CROSSOVER = "crossover"
"""Of two strategies, from the document's crossovers."""

AXIS = "job.parse_cost"
"""The factor that a crossover runs along."""

_NO_PROC = "this machine does not show it (see docs/measuring.md)"
_FEW = "fewer than 10 samples lie beyond it; raise job.pages or rounds"
_NEVER = "it was not measured"


def _percentile(name: str) -> Metric:
    def of_repetition(measures: Measures) -> Value:
        value: Value = getattr(measures.response_time_s, name)
        return value

    def of_cell(cell: CellResult) -> Value:
        value: Value = None if cell.response_time_s is None else getattr(cell.response_time_s, name)
        return value

    return Metric(DURATION, of_repetition, of_cell, _FEW)


def _phase(phase: str, name: str) -> Metric:
    def of_repetition(measures: Measures) -> Value:
        value: Value = getattr(getattr(measures, phase), name)
        return value

    def of_cell(cell: CellResult) -> Value:
        found = getattr(cell, phase)
        value: Value = None if found is None else getattr(found, name)
        return value

    return Metric(DURATION, of_repetition, of_cell, _NO_PROC)


def _share(name: str) -> Metric:
    """Return a share of the workers' time."""

    def of(found: Measures | CellResult) -> Value:
        value: Value = None if found.attribution is None else getattr(found.attribution, name)
        return value

    return Metric(PLAIN, of, of, _NO_PROC)


def _plainly(dimension: Dimension, name: str, lacking: str = _NO_PROC) -> Metric:
    """Return a metric that repetitions and cells have under the same name."""

    def of_repetition(measures: Measures) -> Value:
        value: Value = getattr(measures, name)
        return value

    def of_cell(cell: CellResult) -> Value:
        value: Value = getattr(cell, name)
        return value

    return Metric(dimension, of_repetition, of_cell, lacking)


METRICS: Mapping[str, Metric] = {
    "throughput": Metric(
        RATE,
        lambda m: m.throughput_per_s,
        lambda c: None if c.throughput_per_s is None else c.throughput_per_s.median,
        _NEVER,
    ),
    SPEEDUP: Metric(
        PLAIN, lambda m: m.throughput_per_s, lambda c: None if c.speedup is None else c.speedup.median, _NEVER
    ),
    "makespan": _plainly(DURATION, "makespan_s", _NEVER),
    "startup": _plainly(DURATION, "startup_s", _NEVER),
    "drain": _plainly(DURATION, "drain_s", _NEVER),
    "p50": _percentile("p50"),
    "p90": _percentile("p90"),
    "p95": _percentile("p95"),
    "p99": _percentile("p99"),
    "p99_9": _percentile("p99_9"),
    "slowest": _percentile("max"),
    "memory": _plainly(SIZE, "memory_bytes"),
    "cpu": _plainly(DURATION, "cpu_per_page_s"),
    "cores": _plainly(PLAIN, "cores_used"),
    "run_queue": _plainly(PLAIN, "run_queue_cores"),
    "fetch_wall": _phase("fetch", "wall_s"),
    "fetch_cpu": _phase("fetch", "cpu_s"),
    "fetch_stall": _phase("fetch", "stall_s"),
    "parse_wall": _phase("parse", "wall_s"),
    "parse_cpu": _phase("parse", "cpu_s"),
    "parse_stall": _phase("parse", "stall_s"),
    "network": _plainly(DURATION, "network_s"),
    "resume_lag": Metric(
        DURATION,
        lambda m: None if m.resume_lag_s is None else m.resume_lag_s.p99,
        lambda c: None if c.resume_lag_s is None else c.resume_lag_s.p99,
        _FEW,
    ),
    "loop_lag": Metric(
        DURATION,
        lambda m: None if m.loop_lag_s is None else m.loop_lag_s.max,
        lambda c: None if c.loop_lag_s is None else c.loop_lag_s.max,
        "it runs on no event loop, or no tick was due",
    ),
    "stalled": _share("stall"),
    "no_core": _share("run_queue"),
    "idle": _share("idle"),
    "server_cores": Metric(
        PLAIN,
        lambda m: m.server.cpu_cores,
        lambda c: None if c.server is None else c.server.cpu_cores,
        _NO_PROC,
    ),
    "delay_error": Metric(
        DURATION,
        lambda m: m.server.delay_error_s.mean,
        lambda c: None if c.server is None else c.server.delay_error_s.mean,
        "no request was stamped",
    ),
    "pages": _plainly(PLAIN, "pages", _NEVER),
}
"""`crossover` beside these is not of one cell."""

NAMES: tuple[str, ...] = (*METRICS, CROSSOVER)


def dimension_of(name: str) -> Dimension | None:
    """Return a metric's dimension; null for a name that is none."""
    if name == CROSSOVER:
        return DURATION
    return METRICS[name].dimension if name in METRICS else None
