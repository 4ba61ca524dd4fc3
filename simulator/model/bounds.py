"""The most that a strategy can do, by what one of its jobs needs of each resource.

Operational analysis (Denning & Buzen, The operational analysis of queueing network models, Computing Surveys 10, 1978):
N jobs in flight that take R alone are done at N / R a second at most, and a resource of which a job needs D seconds,
and of which there are m, lets m / D pass.
"""

from dataclasses import dataclass
from typing import Literal

Resource = Literal["waiting", "cores", "the GIL", "the server"]


@dataclass(frozen=True)
class Bound:
    """The lowest of the bounds."""

    per_s: float
    """Jobs per second."""
    by: Resource
    """What sets it."""


@dataclass(frozen=True)
class Needs:
    """What one job needs, and what there is of it; null: not known, or it limits nothing."""

    alone_s: float | None
    """What it takes with no other beside it, in seconds."""
    cpu_s: float | None
    """CPU, in seconds."""
    cores: float | None
    """How many there are for all jobs."""
    held_s: float | None
    """CPU under the GIL, in seconds, where all jobs share one."""
    served_per_s: float | None = None
    """How many jobs a second the server lets through, whoever asks."""


def bound(in_flight: int, needs: Needs) -> Bound | None:
    """Return the bound of so many jobs started and not finished; null where nothing is known."""
    limits: list[Bound] = []
    if needs.alone_s:
        limits.append(Bound(in_flight / needs.alone_s, "waiting"))
    if needs.cpu_s and needs.cores:
        limits.append(Bound(needs.cores / needs.cpu_s, "cores"))
    if needs.held_s:
        limits.append(Bound(1 / needs.held_s, "the GIL"))
    if needs.served_per_s:
        limits.append(Bound(needs.served_per_s, "the server"))
    return min(limits, key=lambda limit: limit.per_s, default=None)
