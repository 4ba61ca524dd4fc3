"""A network as single events: what means do not tell: percentiles, a loop's lag, convoys, and who waits when."""

from collections.abc import Sequence
from itertools import accumulate, chain
from math import ceil
from typing import Any

import numpy as np

from simulator.model import events
from simulator.model.compiled import compiled_run
from simulator.model.event_state import CPU, QUEUED, VARYING, WAIT, Clock, Doing, Events, Noted, Queue, Slot
from simulator.model.network import Network, Step
from simulator.model.records import Arrays, Lists
from simulator.model.solved import Interval, Simulated

DRAWN = 65_536
"""Random numbers drawn before, and used in turn."""
WORTH_COMPILING = 100_000
"""Jobs from which on a compiler is waited for, if there is one; once it is there, it is used for all."""
MOST_NOTED = 10_000
"""Of what one job does."""
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
    run = compiled_run() if jobs >= WORTH_COMPILING or compiled_run.cache_info().currsize else None
    kept: Lists | Arrays = Lists() if run is None else Arrays()
    ends = list(accumulate(len(way.steps) for way in network.chains))
    places = [(at, number) for at, way in enumerate(network.chains) for number in range(way.in_flight)]
    slots = [Slot(ends[at] - len(network.chains[at].steps), ends[at]) for at, _ in places]
    steps, queues, room = _steps(network), _queues(network), _room(network, trace)
    clock = Clock(
        jobs,
        float(network.cores),
        float(network.switch_interval_s),
        trace,
        float(network.wake_s),
        float(network.look_s),
        float(network.stranded),
    )
    noise, chance = _drawn(network, seed)
    visits = sum(step.place >= 0 and queues[step.place].lags for step in steps)
    state = Events(
        clocks=kept.records([clock], Clock),
        steps=kept.records(steps, Doing),
        slots=kept.records(slots, Slot),
        queues=kept.records(queues, Queue),
        noise=kept.reals(noise),
        chance=kept.reals(chance),
        waits=kept.reals(_waits(network)),
        starts=kept.reals(() if starts_s is None else starts_s[:jobs]),
        due=kept.reals(np.zeros(jobs)),
        begun=kept.reals(np.full(jobs, -1.0)),
        ended=kept.reals(np.zeros(jobs)),
        running=kept.heap(len(slots)),
        timers=kept.heap(len(slots) + 2 * len(network.locks) + 1),
        lags=kept.reals(np.zeros(jobs * visits)),
        trace=kept.records([Noted() for _ in range(room)], Noted),
    )
    (run or events.run)(state)
    ended, due = np.asarray(state.ended), np.asarray(state.due)
    makespan_s = float(ended.max())
    last = state.clocks[0]
    return Simulated(
        jobs / makespan_s if starts_s is not None else _rate(due, ended, network.in_flight),
        makespan_s,
        ended - due,
        float((ended - due).sum()) / makespan_s,
        float(last.busy) / makespan_s,
        tuple(float(queue.taken) / makespan_s for queue in state.queues[len(network.stations) : -1]),
        np.asarray(state.lags[: last.lags], dtype=np.float64),
        np.maximum(0.0, np.asarray(state.begun) - due),
        tuple(each for noted in state.trace[: last.noted] for each in _intervals(network, places, noted)),
    )


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


def _drawn(network: Network, seed: int) -> tuple[Any, Any]:
    """Return factors of what steps take, and numbers from 0 to 1."""
    random = np.random.default_rng(seed)
    shape = network.spread**-2 if network.spread > 0 else 1.0
    return random.gamma(shape, 1 / shape, DRAWN), random.random(DRAWN)


def _waits(network: Network) -> Any:
    """Return of each page its delay, over the mean of all."""
    waits_s = np.asarray(network.waits_s, dtype=np.float64)
    mean_s = waits_s.mean()
    return waits_s / mean_s if mean_s > 0 else (1.0,)


def _room(network: Network, trace: int) -> int:
    """Return how much room it takes to note what the first jobs do: the end of more than MOST_NOTED is not kept."""
    # A step that shares its core lasts longer, and is cut the more often for it.
    interval_s = network.switch_interval_s / max(1.0, network.in_flight / network.cores)
    each = max(
        sum(2 * (2 + step.drops + (step.seconds / interval_s if interval_s > 0 else 0)) for step in way.steps)
        for way in network.chains
    )
    return trace * min(MOST_NOTED, ceil(each)) if trace else 1


def _rate(due: Any, ended: Any, in_flight: int) -> float:
    """Return jobs per second without the beginning and the end, in whole turns of those in flight."""
    done = np.sort(ended)
    first = in_flight - 1
    last = int(np.searchsorted(done, due.max(), side="right")) - 1
    turns = (last - first) // in_flight
    if turns < 1 or done[first + turns * in_flight] <= done[first]:
        return float(len(done) / done[-1])
    return float(turns * in_flight / (done[first + turns * in_flight] - done[first]))


def _intervals(network: Network, places: Sequence[tuple[int, int]], noted: Noted) -> list[Interval]:
    """Return what was noted in words; where a core was shared, as if it had been waited for first."""
    at, number = places[noted.slot]

    def interval(what: str, start_s: float, end_s: float) -> Interval:
        return Interval(int(noted.job), at, number, what, float(start_s), float(end_s))

    if noted.code <= QUEUED:
        names = [*(station.name for station in network.stations), *network.locks]
        name = names[QUEUED - noted.code]
        return [interval(f"waiting for {WAITING_FOR.get(name, name)}", noted.since, noted.until)]
    step = tuple(chain.from_iterable(way.steps for way in network.chains))[noted.code]
    begins_s = noted.since if step.waits else max(noted.since, noted.until - noted.worked)
    if begins_s - noted.since <= SHARED * (noted.until - noted.since):
        return [interval(step.name, noted.since, noted.until)]
    return [
        interval("waiting for a core", noted.since, begins_s),
        interval(step.name, begins_s, noted.until),
    ]
