"""The compiled inner loop does what the same source does as it is, to the last bit."""

from collections.abc import Iterator

import numpy as np
import pytest

from simulator.model import simulation
from simulator.model.compiled import compiled_run
from simulator.model.demands import Demand
from simulator.model.network import network
from simulator.model.shape import Machine
from simulator.model.simulation import simulate
from simulator.model.solved import Simulated
from tests.simulator.model.networks import demands, shapes

pytest.importorskip("numba", reason="numba has no wheel for this Python")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let nothing be compiled until the test says so."""
    compiled_run.cache_clear()
    monkeypatch.setattr(simulation, "WORTH_COMPILING", np.inf)
    yield monkeypatch
    compiled_run.cache_clear()


def alike(one: Simulated, other: Simulated) -> bool:
    return (
        (one.response_s == other.response_s).all()
        and (one.loop_lag_s == other.loop_lag_s).all()
        and one.held == other.held
        and one.cores == other.cores
        and one.intervals == other.intervals
    )


@pytest.mark.truth  # compiling takes half a minute
@pytest.mark.timeout(240)
def test_compiled_is_the_same(plain: pytest.MonkeyPatch) -> None:
    released = demands(parse_free=Demand(0.003), parse_drops=2.5, capacity=3)
    made = [network(shape, released, Machine(1.5)) for shape in shapes(8, 2)]
    starts_s = np.cumsum(np.random.default_rng(1).exponential(0.01, 200)).tolist()

    def simulated() -> list[Simulated]:
        closed = [simulate(each, jobs=200, seed=1, trace=20) for each in made]
        return [*closed, *(simulate(each, jobs=200, seed=1, starts_s=starts_s) for each in made)]

    before = simulated()
    plain.setattr(simulation, "WORTH_COMPILING", 0)
    assert all(map(alike, before, simulated()))
    assert compiled_run() is not None


def test_without_a_compiler_it_goes_on(plain: pytest.MonkeyPatch) -> None:
    plain.setattr("simulator.model.compiled.find_spec", lambda _: None)
    plain.setattr(simulation, "WORTH_COMPILING", 0)
    assert simulate(network(shapes(1, 1)[0], demands(), Machine(1)), jobs=2, seed=1).response_s.size == 2
    assert compiled_run() is None
