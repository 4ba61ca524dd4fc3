"""What a model says of a cell."""

from dataclasses import dataclass


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
