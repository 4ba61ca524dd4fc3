"""The measures that conditions name: of what dimension each is, and where a result document has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.measures.dimension import DURATION, PLAIN, RATE, SIZE, Dimension

Value = float | None


@dataclass(frozen=True)
class Metric:
    """One number that a cell has."""

    dimension: Dimension
    repetition: str
    """Dotted path in a repetition's measures."""
    cell: str
    """Dotted path in a cell: over all rounds a median, or a percentile of the pooled samples."""
    lacking: str
    """Why a cell that was measured may not have it."""

    def of_repetition(self, measures: object) -> Value:
        """Return the value in one repetition; null where that repetition lacks it."""
        return _at(measures, self.repetition)

    def of_cell(self, cell: object) -> Value:
        """Return the value over all rounds; null where the cell lacks it."""
        return _at(cell, self.cell)


def _at(found: Any, path: str) -> Value:
    for name in path.split("."):
        found = None if found is None else getattr(found, name)
    value: Value = found
    return value


SPEEDUP = "speedup"
"""Throughput over that of the baseline: the one metric that needs the repetitions of two cells."""

CROSSOVER = "crossover"
"""Of two strategies, from the document's crossovers."""

AXIS = "job.parse_cost"
"""The factor that a crossover runs along."""

_NO_PROC = "this machine does not show it (see docs/method.md)"
_FEW = "fewer than 10 samples lie beyond it; raise job.pages or rounds"
_NEVER = "it was not measured"
_NO_LOOP = "it runs on no event loop, or no tick was due"


def _same(dimension: Dimension, path: str, lacking: str = _NO_PROC) -> Metric:
    """Return a metric that repetitions and cells have in the same place."""
    return Metric(dimension, path, path, lacking)


METRICS: Mapping[str, Metric] = {
    "throughput": Metric(RATE, "throughput_per_s", "throughput_per_s.median", _NEVER),
    SPEEDUP: Metric(PLAIN, "throughput_per_s", "speedup.median", _NEVER),
    "makespan": _same(DURATION, "makespan_s", _NEVER),
    "startup": _same(DURATION, "startup_s", _NEVER),
    "drain": _same(DURATION, "drain_s", _NEVER),
    "p50": _same(DURATION, "response_time_s.p50", _FEW),
    "p90": _same(DURATION, "response_time_s.p90", _FEW),
    "p95": _same(DURATION, "response_time_s.p95", _FEW),
    "p99": _same(DURATION, "response_time_s.p99", _FEW),
    "p99_9": _same(DURATION, "response_time_s.p99_9", _FEW),
    "slowest": _same(DURATION, "response_time_s.max", _FEW),
    "memory": _same(SIZE, "memory_bytes"),
    "cpu": _same(DURATION, "cpu_per_page_s"),
    "cores": _same(PLAIN, "cores_used"),
    "run_queue": _same(PLAIN, "run_queue_cores"),
    "fetch_wall": _same(DURATION, "fetch.wall_s"),
    "fetch_cpu": _same(DURATION, "fetch.cpu_s"),
    "fetch_stall": _same(DURATION, "fetch.stall_s"),
    "parse_wall": _same(DURATION, "parse.wall_s"),
    "parse_cpu": _same(DURATION, "parse.cpu_s"),
    "parse_stall": _same(DURATION, "parse.stall_s"),
    "network": _same(DURATION, "network_s"),
    "resume_lag": _same(DURATION, "resume_lag_s.p99", _FEW),
    "loop_lag": _same(DURATION, "loop_lag_s.max", _NO_LOOP),
    "stalled": _same(PLAIN, "attribution.stall"),
    "no_core": _same(PLAIN, "attribution.run_queue"),
    "idle": _same(PLAIN, "attribution.idle"),
    "server_cores": _same(PLAIN, "server.cpu_cores"),
    "delay_error": _same(DURATION, "server.delay_error_s.mean", "no request was stamped"),
    "pages": _same(PLAIN, "pages", _NEVER),
}
"""`crossover` beside these is not of one cell."""

NAMES: tuple[str, ...] = (*METRICS, CROSSOVER)


def dimension_of(name: str) -> Dimension | None:
    """Return a metric's dimension; null for a name that is none."""
    if name == CROSSOVER:
        return DURATION
    return METRICS[name].dimension if name in METRICS else None
