"""A network as single events: what means do not tell: percentiles, a loop's lag, convoys, and who waits when."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from itertools import accumulate, chain
from types import ModuleType
from typing import Any

import numpy as np

from simulator.model import events
from simulator.model.compiled import compiled_events
from simulator.model.event_state import CPU, QUEUED, VARYING, WAIT, Clock, Doing, Given, Queue, Slot
from simulator.model.network import Network, Step
from simulator.model.solved import Interval, Simulated

DRAWN = 65_536
"""Random numbers drawn before, and used in turn."""
WORTH_COMPILING = 100_000
"""Jobs from which on a compiler is waited for, if there is one."""
SHARED = 1e-6
"""Of an interval, the share that has to be waited for a core: less is rounding."""
WAITING_FOR = {
    "GIL": "the GIL",
    "loop": "the loop",
    "pool": "the pool",
    "main": "the main interpreter",
    "capacity": "the server",
    "rate": "the server",
    "server": "the server",
}
"""Words for what a station or a lock is; others are called by their name."""


def simulate(
    network: Network, *, jobs: int, seed: int, starts_s: Sequence[float] | None = None, trace: int = 0
) -> Simulated:
    """Run so many jobs through a network.

    Args:
        network: what they go through.
        jobs: how many; the first ones start together, unless arrivals are given.
        seed: of what is drawn: how much each step takes more or less than its mean, and how often it lets go of a lock.
        starts_s: when each job comes, from the first on, whoever is free or not; null: whoever is free starts one.
        trace: of so many first jobs, what each did when.

    Raises:
        ValueError: fewer than one job, more jobs than arrivals, or a network without jobs in flight.
    """
    if jobs < 1 or network.in_flight < 1:
        raise ValueError(f"there is nothing to simulate: {jobs} jobs, {network.in_flight} in flight")
    if starts_s is not None and len(starts_s) < jobs:
        raise ValueError(f"{len(starts_s)} arrivals for {jobs} jobs: give as many as there are jobs")
    kept = _Kept(None if jobs < WORTH_COMPILING else compiled_events())
    ends = list(accumulate(len(each.steps) for each in network.chains))
    places = [(at, number) for at, each in enumerate(network.chains) for number in range(each.in_flight)]
    slots = [Slot(ends[at] - len(network.chains[at].steps), ends[at]) for at, _ in places]
    clocks = kept.records([Clock(jobs, float(network.cores), float(network.switch_interval_s), trace)], Clock)
    queues = kept.records(_queues(network), Queue)
    given = _given(network, jobs, seed, starts_s, kept)
    lags, traced = kept.source.run(
        clocks, kept.records(_steps(network), Doing), kept.records(slots, Slot), queues, given
    )
    due, ended = np.asarray(given.due), np.asarray(given.ended)
    makespan_s = float(ended.max())
    per_s = jobs / makespan_s if starts_s is not None else _rate(due, ended, network.in_flight)
    locks = range(len(network.stations), len(network.stations) + len(network.locks))
    return Simulated(
        per_s,
        makespan_s,
        ended - due,
        float((ended - due).sum()) / makespan_s,
        float(clocks[0].busy) / makespan_s,
        tuple(float(queues[lock].taken) / makespan_s for lock in locks),
        np.asarray(lags, dtype=np.float64),
        tuple(interval for each in traced for interval in _intervals(network, places, *each)),
    )


class _Kept:
    """Records and numbers as the inner loop takes them: arrays where it is compiled, else lists, which are quicker."""

    def __init__(self, compiled: ModuleType | None) -> None:
        self.source: Any = compiled or events
        self._arrays = compiled is not None

    def records(self, records: Sequence[Any], of: type[Any]) -> Any:
        """Keep records, all of one class; of none, a place that is never looked at."""
        if not self._arrays:
            return records
        types = [(field.name, np.int64 if field.type is int else np.float64) for field in fields(of)]
        return np.array([astuple(record) for record in records], dtype=types).view(np.recarray)

    def reals(self, values: Any) -> Any:
        array = np.array(values, dtype=np.float64)
        return array if self._arrays else array.tolist()


def _steps(network: Network) -> list[Doing]:
    """Return the steps of all chains in a row."""
    stations = len(network.stations)
    return [
        Doing(
            step.seconds,
            VARYING if step.varies else WAIT if step.waits else CPU,
            -1 if step.station is None else step.station,
            -1 if step.lock is None else stations + step.lock,
            step.drops,
            _differs(step) if network.spread > 0 else 0,
        )
        for each in network.chains
        for step in each.steps
    ]


def _differs(step: Step) -> int:
    """Return 1 for what differs from job to job: not the server's own delay, nor how often it lets one in."""
    return int(not step.varies and not (step.waits and step.station is not None))


def _queues(network: Network) -> list[Queue]:
    """Return a queue for each station, for each lock, and one for those that have no job."""
    stations = [Queue(free=each.places, lags=int(each.name == "loop")) for each in network.stations]
    return [*stations, *(Queue() for _ in network.locks), Queue()]


def _given(network: Network, jobs: int, seed: int, starts_s: Sequence[float] | None, kept: _Kept) -> Given:
    random = np.random.default_rng(seed)
    shape = network.spread**-2 if network.spread > 0 else 1.0
    waits_s = np.asarray(network.waits_s, dtype=np.float64)
    mean_s = waits_s.mean()
    return Given(
        noise=kept.reals(random.gamma(shape, 1 / shape, DRAWN)),
        chance=kept.reals(random.random(DRAWN)),
        waits=kept.reals(waits_s / mean_s if mean_s > 0 else (1.0,)),
        starts=kept.reals(() if starts_s is None else starts_s[:jobs]),
        due=kept.reals(np.zeros(jobs)),
        ended=kept.reals(np.zeros(jobs)),
    )


def _rate(due: Any, ended: Any, in_flight: int) -> float:
    """Return jobs per second without the beginning and the end, in whole turns of those in flight."""
    done = np.sort(ended)
    first = in_flight - 1
    last = int(np.searchsorted(done, due.max(), side="right")) - 1
    turns = (last - first) // in_flight
    if turns < 1 or done[first + turns * in_flight] <= done[first]:
        return float(len(done) / done[-1])
    return float(turns * in_flight / (done[first + turns * in_flight] - done[first]))


def _intervals(
    network: Network,
    places: Sequence[tuple[int, int]],
    job: int,
    slot: int,
    code: int,
    start_s: float,
    end_s: float,
    worked_s: float,
) -> list[Interval]:
    """Return what was noted in words; where a core was shared, as if it had been waited for first."""
    at, number = places[slot]

    def interval(what: str, start_s: float, end_s: float) -> Interval:
        return Interval(int(job), at, number, what, float(start_s), float(end_s))

    if code <= QUEUED:
        names = [*(station.name for station in network.stations), *network.locks]
        name = names[QUEUED - code]
        return [interval(f"waiting for {WAITING_FOR.get(name, name)}", start_s, end_s)]
    step = tuple(chain.from_iterable(each.steps for each in network.chains))[code]
    begins_s = start_s if step.waits else max(start_s, end_s - worked_s)
    shared = begins_s - start_s > SHARED * (end_s - start_s)
    found = [interval("waiting for a core", start_s, begins_s)] if shared else []
    return [*found, interval(step.name, begins_s if shared else start_s, end_s)]
