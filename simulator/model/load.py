"""What one job of a network asks of its cores, of the lock and of the stations, where all chains go the same way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf

from simulator.model.network import Chain, Network, Step


@dataclass(frozen=True)
class LockLoad:
    """Of the lock that the jobs of a chain share, or all jobs."""

    copies: int
    """How many there are: one for each chain, or one for all."""
    rivals: float
    """How many may want one of them at a time."""
    held_s: float
    turns: float
    """How often a job queues for it, if it is taken away after each switch interval."""
    rest_s: float
    """What is left, in the mean, of the turn of the one that has it when another comes."""
    wake_s: float
    """For which it is free at each turn, while the next one, if any waits, wakes up."""


@dataclass(frozen=True)
class StationLoad:
    """Of one station, or of those of all chains that are alike."""

    copies: int
    places: int
    visits: int
    cpu_s: float
    wait_s: float
    """For which a job keeps a place and computes nothing."""
    turns: float
    """How often a job queues for the lock while it keeps a place."""
    rest_s: float
    """What is left, in the mean, of what the one before does when another comes."""


@dataclass(frozen=True)
class Load:
    """Of one job, in seconds, with nobody beside it."""

    in_flight: int
    chains: int
    cores: float
    cpu_s: float
    alone_s: float
    spread: float
    computing: tuple[tuple[float, float], ...]
    """CPU of which so many jobs may do some at a time: under the lock, at a station, anywhere."""
    lock: LockLoad | None
    stations: tuple[StationLoad, ...]


def load_of(network: Network) -> Load:
    """Return what one job asks.

    Raises:
        ValueError: chains that differ, or that need more than one lock.
    """
    chains = [chain for chain in network.chains if chain.in_flight]
    if not chains or _outline(chains[0]) != _outline(chains[-1]):
        raise ValueError("mean values are of jobs that go the same way: simulate chains that differ")
    steps, count = chains[0].steps, len(chains)
    apart = count > 1
    cpu_s = sum(step.seconds for step in steps if not step.waits)
    in_flight = sum(chain.in_flight for chain in chains)
    last = chains[-1].steps
    lock = _lock(network, steps, count if apart and _locks(steps) != _locks(last) else 1, in_flight)
    visits: dict[int, list[list[Step]]] = {}
    for at, visit in _runs(steps, [step.station for step in steps]):
        visits.setdefault(at, []).append(visit)
    elsewhere = {step.station for step in last}
    stations, computing = [], [] if lock is None else [(lock.held_s, float(lock.copies))]
    for at, each in visits.items():
        copies = count if apart and at not in elsewhere else 1
        places = network.stations[at].places
        stations.append(_station(each, copies, places, network.switch_interval_s))
        free_s = sum(step.seconds for visit in each for step in visit if step.lock is None and not step.waits)
        computing.append((free_s, float(copies * places)))
    anywhere_s = sum(s.seconds for s in steps if s.lock is None and s.station is None and not s.waits)
    computing.append((anywhere_s, inf))
    return Load(
        in_flight,
        count,
        float(network.cores),
        cpu_s,
        sum(step.seconds for step in steps) - cpu_s + cpu_s / min(1.0, network.cores),
        network.spread,
        tuple((seconds, min(float(in_flight), most)) for seconds, most in computing if seconds > 0),
        lock,
        tuple(stations),
    )


def _outline(chain: Chain) -> tuple[float, ...]:
    return tuple(step.seconds for step in chain.steps)


def _locks(steps: Sequence[Step]) -> set[int]:
    return {step.lock for step in steps if step.lock is not None}


def _runs(steps: Sequence[Step], whose: Sequence[int | None]) -> Iterator[tuple[int, list[Step]]]:
    """Return steps in a row that need the same thing; a job's last ones and the next job's first are in a row."""
    runs: list[tuple[int | None, list[Step]]] = []
    for step, at in zip(steps, whose, strict=True):
        if runs and runs[-1][0] == at:
            runs[-1][1].append(step)
        else:
            runs.append((at, [step]))
    if len(runs) > 1 and runs[0][0] == runs[-1][0]:
        runs[0] = (runs[0][0], runs.pop()[1] + runs[0][1])
    yield from ((at, run) for at, run in runs if at is not None)


def _lock(network: Network, steps: Sequence[Step], copies: int, in_flight: int) -> LockLoad | None:
    locks = _locks(steps)
    if not locks:
        return None
    if len(locks) > 1:
        raise ValueError("mean values are of jobs that share one lock: simulate those that need more")
    held = [step for step in steps if step.lock is not None]
    turns, squares = 0.0, 0.0
    for _, run in _runs(steps, [step.lock for step in steps]):
        turns += _turns(run, network.switch_interval_s)
        squares += sum(_square(step, network.switch_interval_s) for step in run)
    held_s = sum(step.seconds for step in held)
    at = {step.station for step in held}
    shards = len(network.chains) / copies
    threads = inf if None in at else sum(network.stations[each].places for each in at if each is not None)
    return LockLoad(
        copies,
        min(in_flight / copies, threads * shards),
        held_s,
        turns,
        squares / held_s / 2,
        network.wake_s,
    )


def _pieces(step: Step, interval_s: float) -> float:
    """Return into how many turns a step is cut: by what it lets go of, and by the switch interval."""
    drops = 1 + step.drops
    return drops * max(1.0, ceil(step.seconds / drops / interval_s)) if interval_s > 0 else drops


def _turns(run: Sequence[Step], interval_s: float) -> float:
    return 1 + sum(_pieces(step, interval_s) - 1 for step in run)


def _square(step: Step, interval_s: float) -> float:
    return step.seconds**2 / _pieces(step, interval_s)


def _station(visits: Sequence[Sequence[Step]], copies: int, places: int, interval_s: float) -> StationLoad:
    lasts = [sum(step.seconds for step in visit) for visit in visits]
    turns = 0.0
    for visit in visits:
        for _, run in _runs(visit, [step.lock for step in visit]):
            turns += _turns(run, interval_s)
    together = sum(lasts)
    wait_s = sum(step.seconds for visit in visits for step in visit if step.waits)
    squares = sum(each**2 for each in lasts)
    return StationLoad(
        copies,
        places,
        len(visits),
        together - wait_s,
        wait_s,
        turns,
        squares / together / 2 if together > 0 else 0.0,
    )
