"""A cell as a network of queues: the one description that bounds, mean value analysis and simulation share.

A job goes through steps, one after another, and begins anew. A step computes on a core, or waits. It may need a place
at a station (a loop has one, a pool as many as workers, a mock server with a capacity as many as that), which it
queues for in the order of coming and keeps over steps in a row that name the same one; and it may need a lock (the GIL
of an interpreter), whose holder must also have a core, and which is taken away from it after the switch interval when
others wait. Whoever is runnable shares the cores equally, as under Linux's scheduler.
"""

from dataclasses import dataclass, field

from simulator.model.demands import Demands
from simulator.model.shape import Machine, Shape


@dataclass(frozen=True)
class Station:
    """Something that serves so many jobs at a time, in the order in which they come."""

    name: str
    """`loop`, `pool`, `main`, `server`, `capacity` or `rate`; those of several shards have the same."""
    places: int


@dataclass(frozen=True)
class Step:
    """A part of a job."""

    seconds: float
    """CPU time, or how long it waits; of a wait that differs from page to page the mean."""
    name: str
    """`client`, `parse`, `wait`, `server`, `transport`, `over` or `main`: what a lane shows."""
    station: int | None = None
    """Index of the station of which it needs a place."""
    lock: int | None = None
    """Index of the lock that it needs."""
    waits: bool = False
    """It needs no core."""
    varies: bool = False
    """It is the server's delay, which may differ from page to page."""
    drops: float = 0.0
    """How often, in the mean, it lets go of the lock and takes it again."""


@dataclass(frozen=True)
class Chain:
    """So many jobs in flight that go the same way."""

    in_flight: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Network:
    """A cell, ready to be solved."""

    chains: tuple[Chain, ...]
    """One for each shard."""
    stations: tuple[Station, ...]
    locks: tuple[str, ...]
    cores: float
    switch_interval_s: float
    waits_s: tuple[float, ...] = field(default=(0.0,))
    """Of the steps that vary: one where all pages are alike, else that of each page, in turn."""
    wake_s: float = 0.0
    """From when a lock is free until the first that waits for it runs; meanwhile any other may take it."""
    look_s: float = 0.0
    """CPU that each one that waits for a lock takes once in a switch interval."""
    stranded: float = 0.0
    """Of cores of which one is idle while somebody waits at another: see Machine; only the simulation knows of it."""
    spread: float = 0.0
    """How much what jobs need of anything but the server's delay differs: standard deviation over mean."""

    @property
    def in_flight(self) -> int:
        """Jobs started and not finished."""
        return sum(chain.in_flight for chain in self.chains)


MOST_PIECES = 8
"""A parse that lets go of the GIL more often than that is cut into so many pieces: more would change nothing seen."""


class _Building:
    """Stations and locks, as steps come to need them."""

    def __init__(self, demands: Demands) -> None:
        self.demands = demands
        self.stations: list[Station] = []
        self.locks: list[str] = []
        self.server = self.station("server", demands.server_workers)
        self.capacity = None if demands.capacity is None else self.station("capacity", demands.capacity)
        self.rate = None if demands.rate_per_s is None else self.station("rate", 1)

    def station(self, name: str, places: int) -> int:
        self.stations.append(Station(name, places))
        return len(self.stations) - 1

    def lock(self, name: str) -> int:
        self.locks.append(name)
        return len(self.locks) - 1

    def fetch(self, station: int | None, lock: int | None) -> tuple[Step, ...]:
        """Return the steps of a request: half of what the client does comes before the server, half after it."""
        demands, waits = self.demands, []
        held, free = demands.client_held.mean_s / 2, demands.client_free.mean_s / 2
        drops = demands.drops / 2
        mine = (
            Step(held, "client", station, lock, drops=drops),
            Step(free, "client", station),
        )
        away = Step(demands.transport.mean_s / 2, "transport", waits=True)
        serving = Step(demands.server.mean_s / 2, "server", self.server)
        if self.rate is not None and demands.rate_per_s is not None:
            waits.append(Step(1 / demands.rate_per_s, "rate", self.rate, waits=True))
        mean_s = sum(demands.waits_s) / len(demands.waits_s)
        waits.append(Step(mean_s, "wait", self.capacity, waits=True, varies=True))
        return _there((*mine, away, serving, *waits, serving, away, *reversed(mine)))

    def parse(self, station: int | None, lock: int | None) -> tuple[Step, ...]:
        """Return the steps of a parse: what it computes under the GIL and free of it, in turn."""
        demands = self.demands
        held, free = demands.parse_held.mean_s, demands.parse_free.mean_s
        pieces = max(1, min(MOST_PIECES, round(demands.parse_drops))) if free else 1
        drops = max(0.0, demands.parse_drops / pieces - (1 if free else 0))
        each = (
            Step(held / pieces, "parse", station, lock, drops=drops),
            Step(free / pieces, "parse", station),
        )
        return _there(each * pieces)


def network(shape: Shape, demands: Demands, machine: Machine) -> Network:
    """Return the network of a strategy, of what its jobs need, and of a machine."""
    building = _Building(demands)
    apart = shape.shards in ("processes", "interpreters")
    main = building.station("main", 1) if apart else None
    shared = None if apart else _gil(building, shape, machine, sum(shape.widths))
    chains = []
    for width in shape.widths:
        lock = _gil(building, shape, machine, width) if apart else shared
        loop = building.station("loop", 1) if shape.loop else None
        steps = building.fetch(loop, lock)
        if shape.pool == "inline":
            steps += building.parse(loop, lock)
        else:
            steps += _pooled(building, shape, loop, lock)
        if main is not None:
            steps += _there(
                (
                    Step(demands.over_worker.mean_s, "over", loop, lock),
                    Step(demands.over_main.mean_s, "main", main),
                )
            )
        steps += _there((Step(demands.elsewhere.mean_s, "over"),))
        chains.append(Chain(width, steps))
    return Network(
        tuple(chains),
        tuple(building.stations),
        tuple(building.locks),
        machine.cores,
        machine.switch_interval_s,
        demands.waits_s,
        machine.wake_s,
        machine.look_s,
        machine.stranded,
        demands.spread,
    )


def _gil(building: _Building, shape: Shape, machine: Machine, width: int) -> int | None:
    """Return the lock of an interpreter where more than one of its threads wants it; else none limits anything."""
    if not machine.gil:
        return None
    if shape.loop:
        loops = len(shape.widths) if shape.shards == "threads" else 1
        threads = loops + (shape.workers if shape.pool == "threads" else 0)
    else:
        threads = width
    return building.lock("GIL") if threads > 1 else None


def _pooled(building: _Building, shape: Shape, loop: int | None, lock: int | None) -> tuple[Step, ...]:
    """Return the steps of a parse in a pool: it is handed over by the loop, and comes back to it."""
    demands = building.demands
    pool = building.station("pool", shape.workers)
    inside = lock if shape.pool == "threads" else None
    handing = Step(demands.over_main.mean_s / 2, "main", loop, lock)
    over = Step(demands.over_worker.mean_s, "over", pool, inside)
    return _there((handing, over, *building.parse(pool, inside), handing))


def _there(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps without those that take no time; the server's delay stays, as it may differ from its mean."""
    return tuple(step for step in steps if step.seconds > 0 or step.varies)
