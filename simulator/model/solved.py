"""What a model says of a cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Means:
    """Of a closed network in the steady state."""

    per_s: float
    """Jobs per second."""
    response_s: float
    """From the start of a job until its record is ready, in the mean."""
    cores: float
    """Busy in the mean, the mock server's included."""
    held: float
    """Share of time in which the busiest lock, or station of one place, is taken."""


@dataclass(frozen=True)
class Interval:
    """What one job did for a while."""

    job: int
    chain: int
    slot: int
    """Of its chain: a thread, a task."""
    what: str
    """The name of a step, or what was waited for: `waiting for the GIL`, `waiting for a core`."""
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Simulated:
    """Of one network, run from an empty system until its last job is done."""

    per_s: float
    """Jobs per second: between beginning and end, if they are enough to tell."""
    makespan_s: float
    """From the beginning until the last job is done."""
    response_s: NDArray[np.float64]
    """Of each job, in the order in which they were started: from when it was due, or started, until it was done."""
    in_flight: float
    """In the mean."""
    cores: float
    """Busy in the mean, the mock server's included."""
    held: tuple[float, ...]
    """Of each lock, the share of time in which it was taken."""
    loop_lag_s: NDArray[np.float64]
    """How long each callback that was ready waited for its loop."""
    queue_s: NDArray[np.float64]
    """Of each job, from when it was due, or started, until it was first let compute; 0 if its first step does not."""
    intervals: tuple[Interval, ...]
    """Of the jobs that are traced, in the order in which they ended."""
