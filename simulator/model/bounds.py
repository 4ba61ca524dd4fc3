"""The most that a strategy can do, by what one of its jobs needs of each resource.

Operational analysis (Denning & Buzen, The operational analysis of queueing network models, Computing Surveys 10, 1978):
N jobs in flight that take R alone are done at N / R a second at most, and a resource of which a job needs D seconds,
and of which there are m, lets m / D pass.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from simulator.model.network import Chain, Network, Station

Resource = Literal[
    "waiting", "cores", "the GIL", "the server", "one loop", "the main interpreter", "the pool"
]

BY_NAME: dict[str, Resource] = {
    "server": "the server",
    "capacity": "the server",
    "rate": "the server",
    "loop": "one loop",
    "main": "the main interpreter",
    "pool": "the pool",
    "GIL": "the GIL",
}
"""What sets the bound where a station or lock of that name does."""


@dataclass(frozen=True)
class Bound:
    """The lowest of the bounds."""

    per_s: float
    """Jobs per second."""
    by: Resource
    """What sets it."""


def bound_of(network: Network, measured_s: float | None = None) -> Bound:
    """Return the bound of a network.

    Args:
        network: its jobs.
        measured_s: what each takes with nobody beside it, where that was measured; null: as long as its steps.
    """
    return min(_limits(network, measured_s), key=lambda limit: limit.per_s)


def _limits(network: Network, measured_s: float | None) -> Iterator[Bound]:
    chains = [chain for chain in network.chains if chain.in_flight]
    waiting = (_over(chain.in_flight, measured_s or alone_s(chain, network.cores)) for chain in chains)
    yield Bound(sum(waiting), "waiting")
    yield Bound(_over(network.cores, min((cpu_s(chain) for chain in chains), default=0.0)), "cores")
    yield from _passed([chain_needs(chain, "station") for chain in chains], network.stations)
    locks = [Station(name, 1) for name in network.locks]
    yield from _passed([chain_needs(chain, "lock") for chain in chains], locks)


def _passed(needs: Sequence[Mapping[int, float]], those: Sequence[Station]) -> Iterator[Bound]:
    """Return what is let through by those of one name, one of each shard or one for all.

    Args:
        needs: of each chain, the seconds that a job needs of each.
        those: stations, or locks, which are stations of one place.
    """
    for alike in dict.fromkeys(those):
        ats = [at for at, each in enumerate(those) if each == alike]
        least = {at: min(seconds) for at in ats if (seconds := [need[at] for need in needs if at in need])}
        if all(any(at in need for at in ats) for need in needs):
            passed = sum(_over(alike.places, seconds) for seconds in least.values())
            yield Bound(passed, BY_NAME[alike.name])


def chain_needs(chain: Chain, of: Literal["station", "lock"]) -> dict[int, float]:
    """Return how many seconds a job of a chain needs each station, or each lock."""
    found: dict[int, float] = {}
    for step in chain.steps:
        at = step.station if of == "station" else step.lock
        if at is not None:
            found[at] = found.get(at, 0.0) + step.seconds
    return found


def alone_s(chain: Chain, cores: float) -> float:
    """Return how long a job takes with nobody beside it."""
    cpu = cpu_s(chain)
    return sum(step.seconds for step in chain.steps) - cpu + cpu / min(1.0, cores)


def cpu_s(chain: Chain) -> float:
    """Return the CPU that a job needs."""
    return sum(step.seconds for step in chain.steps if not step.waits)


def _over(amount: float, seconds: float) -> float:
    return amount / seconds if seconds > 0 else inf
