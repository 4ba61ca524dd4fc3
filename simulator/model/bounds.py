"""The most that a strategy can do, by what one of its jobs needs of each resource.

Operational analysis (Denning & Buzen, The operational analysis of queueing network models, Computing Surveys 10, 1978):
N jobs in flight that take R alone are done at N / R a second at most, and a resource of which a job needs D seconds,
and of which there are m, lets m / D pass.
"""

from dataclasses import dataclass
from typing import Literal

Resource = Literal["waiting", "cores", "the GIL"]


@dataclass(frozen=True)
class Bound:
    """The lowest of the bounds."""

    per_s: float
    """Jobs per second."""
    by: Resource
    """What sets it."""


def bound(
    *,
    in_flight: int,
    alone_s: float | None,
    cpu_s: float | None,
    cores: float | None,
    held_s: float | None,
) -> Bound | None:
    """Return the bound; null where nothing is known.

    Args:
        in_flight: jobs started and not finished.
        alone_s: what one job takes with no other beside it, in seconds.
        cpu_s: CPU of a job, in seconds.
        cores: how many there are for it.
        held_s: CPU of a job under the GIL, where all jobs share one; null: none, or it is not known how much.
    """
    limits: list[Bound] = []
    if alone_s:
        limits.append(Bound(in_flight / alone_s, "waiting"))
    if cpu_s and cores:
        limits.append(Bound(cores / cpu_s, "cores"))
    if held_s:
        limits.append(Bound(1 / held_s, "the GIL"))
    return min(limits, key=lambda limit: limit.per_s, default=None)
