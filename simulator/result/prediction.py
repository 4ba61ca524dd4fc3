"""What a model says that a cell would do, from what one job needs alone."""

from dataclasses import dataclass
from typing import Literal

from simulator.model.bounds import Resource


@dataclass(frozen=True)
class Band:
    """A predicted number, and between which the measured one lies in 90 % of cells like this."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class PredictedArrivals:
    """How a cell would cope with jobs that come by themselves: the very ones that a run of the same seed has."""

    offered: int
    """Jobs due inside the window: all of a fixed count, those due before the end of a fixed duration."""
    offered_per_s: float | None
    """From the first planned start to the last; null for a single one."""
    completed: int
    """Ready inside the window; the others that were started drain after it, and have response times as well."""
    backlog_max: int
    """Most jobs at a time that were due and had no worker."""
    backlog_end: int
    """Those at the last planned start."""
    queue_s: float
    """Mean time from the planned start of the jobs begun to their start."""
    keeps_up: bool | None
    """Whether the rate is borne by the middle of the band; null where the window is too short to tell."""
    surely: bool
    """Whether that is so wherever in its band it lies: it keeps up at the slow end, or does not at the quick one."""
    all_there: bool = True
    """All of its jobs were simulated; else the first ones, and what is told of the whole is worked out from them."""


@dataclass(frozen=True)
class Prediction:
    """Of one cell. A number is null where the model does not reach."""

    throughput_per_s: Band
    response_mean_s: Band | None
    response_p50_s: Band | None
    response_p95_s: Band | None
    cores_used: float | None
    """By the job, in the mean."""
    bound_per_s: float | None
    """The most that physics allows, from the same demands."""
    bound_by: Resource | None
    by: Literal["simulation", "means"]
    """Which model: of single events or, of very many jobs in flight, of mean values."""
    response_p90_s: Band | None = None
    response_p99_s: Band | None = None
    arrivals: PredictedArrivals | None = None
    """Null: closed arrivals. Else response times count from the planned start."""

    @property
    def whole(self) -> bool:
        """Whether it can be set beside what is measured: all of the jobs that come were simulated."""
        return self.arrivals is None or self.arrivals.all_there

    def over_predicted(self, measured_per_s: float) -> float | None:
        """Return a measured throughput over the predicted one; null where they are not to be set beside one another."""
        foreseen_per_s = self.throughput_per_s.median
        # Of a duration in which no job is predicted to be ready, one may be.
        return measured_per_s / foreseen_per_s if self.whole and foreseen_per_s else None

    def percentile_s(self, name: str) -> Band | None:
        """Return a percentile of the response time by its name, as `p95`; null of those that nobody predicts."""
        found: Band | None = getattr(self, f"response_{name}_s", None)
        return found
