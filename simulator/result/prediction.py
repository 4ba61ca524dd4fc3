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
