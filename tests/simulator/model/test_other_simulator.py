"""The simulation against SimPy, where both can tell: queues in the order of coming, waits of each page."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import pytest

from simulator.model.network import Chain, Network, Station, Step
from simulator.model.simulation import simulate

simpy = pytest.importorskip("simpy", reason="simpy, which it is compared with, is not installed")

JOBS = 500
LOOP_S, SERVED_S = 0.0011, 0.0023


def by_simpy(in_flight: int, places: int, waits_s: tuple[float, ...]) -> list[float]:
    """Return how long each job took."""
    environment = simpy.Environment()
    loop, server = simpy.Resource(environment, 1), simpy.Resource(environment, places)
    numbers, took_s = count(), [0.0] * JOBS

    def served(by: Any, seconds: float) -> Iterator[Any]:
        with by.request() as place:
            yield place
            yield environment.timeout(seconds)

    def slot() -> Iterator[Any]:
        while (number := next(numbers)) < JOBS:
            since = environment.now
            yield from served(loop, LOOP_S)
            yield environment.timeout(waits_s[number])
            yield from served(server, SERVED_S)
            took_s[number] = environment.now - since

    for _ in range(in_flight):
        environment.process(slot())
    environment.run()
    return took_s


@pytest.mark.parametrize(("in_flight", "places"), [(1, 1), (4, 1), (8, 2), (32, 3)])
def test_the_same_comes_out(in_flight: int, places: int) -> None:
    waits_s = tuple(np.random.default_rng(5).exponential(0.01, JOBS).tolist())
    steps = (
        Step(LOOP_S, "client", 0, waits=True),
        Step(float(np.mean(waits_s)), "wait", waits=True, varies=True),
        Step(SERVED_S, "wait", 1, waits=True),
    )
    stations = Station("rate", 1), Station("capacity", places)
    made = Network((Chain(in_flight, steps),), stations, (), 1, 0.005, waits_s)
    found = simulate(made, jobs=JOBS, seed=1)
    assert found.response_s == pytest.approx(by_simpy(in_flight, places, waits_s), abs=1e-9)
