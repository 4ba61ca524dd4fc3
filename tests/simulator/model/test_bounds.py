"""The bound of a network, by hand."""

from typing import Any

import pytest

from simulator.model.bounds import Bound, bound_of
from simulator.model.demands import Demand
from simulator.model.network import Chain, Network, Station, Step, network
from simulator.model.shape import Machine, Shape
from tests.simulator.model.networks import demands

MACHINE = Machine(cores=4)
ALONE_S = 0.02 + 0.0003 + 0.0001 + 0.005 + 0.0001 + 0.0001


def bound(shape: Shape, machine: Machine = MACHINE, **changed: Any) -> tuple[Any, str]:
    found = bound_of(network(shape, demands(**changed), machine))
    return found.per_s, found.by


def threads(in_flight: int) -> Shape:
    return Shape("none", (in_flight,), loop=False)


def test_few_wait() -> None:
    found = bound(threads(2))
    assert found == (pytest.approx(2 / ALONE_S), "waiting")


def test_threads_share_a_lock() -> None:
    assert bound(threads(64)) == (pytest.approx(1 / 0.0053), "the GIL")


def test_without_a_lock_there_are_cores() -> None:
    found = bound(threads(64), Machine(cores=4, gil=False))
    assert found == (pytest.approx(4 / 0.0055), "cores")


def test_half_a_core_makes_a_job_slower() -> None:
    found = bound(threads(1), Machine(cores=0.5))
    assert found == (pytest.approx(1 / (ALONE_S + 0.0055)), "waiting")


def test_how_long_a_job_takes_alone_may_have_been_measured() -> None:
    found = bound_of(network(threads(2), demands(), MACHINE), 0.05)
    assert found == Bound(2 / 0.05, "waiting")


def test_what_others_compute_for_a_job_needs_cores() -> None:
    found = bound(threads(64), Machine(cores=4, gil=False), elsewhere=Demand(0.01))
    assert found == (pytest.approx(4 / 0.0155), "cores")


def test_a_loop_does_one_thing_at_a_time() -> None:
    assert bound(Shape("none", (64,), loop=True)) == (pytest.approx(1 / 0.0054), "one loop")
    found = bound(Shape("processes", (32, 32), loop=True))
    assert found == (pytest.approx(2 / 0.0054), "one loop")


def test_a_pool_has_so_many_workers() -> None:
    found = bound(Shape("none", (64,), loop=True, pool="processes", workers=2))
    assert found == (pytest.approx(2 / 0.005), "the pool")


def test_records_come_back_to_one_interpreter() -> None:
    found = bound(Shape("processes", (1,) * 64, loop=False), Machine(64), over_main=Demand(0.001))
    assert found == (pytest.approx(1 / 0.001), "the main interpreter")


@pytest.mark.parametrize(
    ("changed", "per_s"),
    [
        ({"server": Demand(0.01)}, 100.0),
        ({"capacity": 3}, 150.0),
        ({"rate_per_s": 50.0}, 50.0),
    ],
)
def test_the_server_lets_so_many_through(changed: dict[str, Any], per_s: float) -> None:
    assert bound(threads(64), **changed) == (pytest.approx(per_s), "the server")


def test_chains_that_differ_are_bounded_together() -> None:
    steps = Step(0.01, "wait", waits=True), Step(0.002, "server", 0)
    chains = Chain(1, steps[:1]), Chain(1, steps)
    found = bound_of(Network(chains, (Station("server", 1),), (), 2, 0.005))
    assert found.by == "waiting"
    assert found.per_s == pytest.approx(1 / 0.01 + 1 / 0.012)
