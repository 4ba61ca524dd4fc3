"""Random points of the model: what a strategy shares, what its jobs need, what a machine has."""

import random
from dataclasses import dataclass

from simulator.model.demands import Demand, Demands
from simulator.model.shape import Machine, Place, PoolPlace, Shape


@dataclass(frozen=True)
class ModelPoint:
    shape: Shape
    demands: Demands
    machine: Machine


def point(drawn: random.Random) -> ModelPoint:
    """Return any strategy, with any job, on any machine."""
    in_flight = round(10 ** drawn.uniform(0, drawn.choice([2, 2, 2, 6])))
    return ModelPoint(_shape(drawn, in_flight), _demands(drawn), _machine(drawn))


def _shape(drawn: random.Random, in_flight: int) -> Shape:
    places: tuple[Place, ...] = ("none", "none", "processes", "threads", "interpreters")
    pools: tuple[PoolPlace, ...] = ("inline", "inline", "threads", "processes", "interpreters")
    shards = drawn.choice(places)
    count = 1 if shards == "none" else min(in_flight, drawn.choice([1, 2, 2, 3, 8]))
    widths = tuple(in_flight // count + (at < in_flight % count) for at in range(count))
    loop = drawn.random() < 0.5
    pool = drawn.choice(pools) if loop else "inline"
    return Shape(shards, widths, loop, pool, 0 if pool == "inline" else drawn.choice([1, 2, 4, 32]))


def _demands(drawn: random.Random) -> Demands:
    def seconds(greatest: float) -> Demand:
        return Demand(drawn.choice([0.0, drawn.uniform(0, greatest), drawn.uniform(0, greatest)]))

    return Demands(
        waits_s=tuple(drawn.choice([0.0, drawn.uniform(0, 0.2)]) for _ in range(drawn.choice([1, 1, 3]))),
        client_held=Demand(drawn.uniform(1e-5, 1e-3)),
        client_free=seconds(5e-4),
        parse_held=seconds(0.05),
        parse_free=seconds(0.05),
        parse_drops=drawn.choice([0.0, 1.0, 2.5, 3.5, drawn.uniform(0, 20)]),
        drops=drawn.choice([0.0, 3.0, drawn.uniform(0, 6)]),
        transport=seconds(5e-4),
        server=seconds(5e-4),
        server_workers=drawn.choice([1, 1, 2]),
        capacity=drawn.choice([None, None, 1, 8]),
        rate_per_s=drawn.choice([None, None, 50.0, 1000.0]),
        over_worker=seconds(5e-4),
        over_main=seconds(2e-4),
        spread=drawn.choice([0.0, 0.1, drawn.uniform(0, 2)]),
    )


def _machine(drawn: random.Random) -> Machine:
    cores = drawn.choice([1.0, 2.0, 2.0, 4.0, 8.0, 32.0, drawn.uniform(0.2, 12)])
    return Machine(cores, drawn.random() < 0.8, drawn.choice([0.005, 0.005, 0.0001, 0.02]))
