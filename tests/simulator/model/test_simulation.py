"""The simulation against closed forms, laws, and the mean values."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from simulator.model.bounds import bound_of
from simulator.model.convoy import convoy_per_s
from simulator.model.demands import Demand
from simulator.model.means import means
from simulator.model.network import Chain, Network, Station, Step, network
from simulator.model.shape import Machine, Shape
from simulator.model.simulation import simulate
from tests.simulator.model.networks import INTERVAL_S, cells, closed, demands, shapes


@pytest.mark.parametrize("shape", shapes(1, 1))
def test_alone_a_job_takes_what_it_needs(shape: Shape) -> None:
    found = simulate(network(shape, demands(spread=0.0), Machine(2)), jobs=5, seed=1)
    assert found.response_s == pytest.approx([0.0256] * 5)
    assert found.per_s == pytest.approx(1 / 0.0256)
    assert found.cores == pytest.approx(0.0055 / 0.0256)
    assert found.in_flight == pytest.approx(1)


@settings(deadline=None, max_examples=40)
@given(cells(most=16))
def test_conservation(made: Network) -> None:
    jobs = 20 * made.in_flight
    found = simulate(made, jobs=jobs, seed=1)
    assert len(found.response_s) == jobs
    # Little's law, over the whole run; and no core or lock does more than it can.
    assert found.in_flight == pytest.approx(jobs / found.makespan_s * found.response_s.mean())
    assert found.in_flight <= made.in_flight * (1 + 1e-9)
    assert found.cores <= made.cores * (1 + 1e-9)
    assert all(0 <= share <= 1 + 1e-9 for share in found.held)


@settings(deadline=None, max_examples=30)
@given(cells(most=16))
def test_no_bound_is_exceeded(made: Network) -> None:
    jobs = 20 * made.in_flight
    found = simulate(made, jobs=jobs, seed=1)
    # What is drawn has its mean only over many jobs.
    assert jobs / found.makespan_s <= bound_of(made).per_s * (1 + made.spread + 1e-9)


def test_mean_values_are_near() -> None:
    drawn = random.Random(1)  # noqa: S311 - no secret
    made = [
        network(shape, demands(waits_s=(wait_s,), parse_held=Demand(parse_s)), Machine(cores))
        for wait_s, parse_s, cores in [
            (drawn.choice([0.0, 0.005, 0.02, 0.1]), drawn.uniform(0.0, 0.01), drawn.choice([1, 2, 4]))
            for _ in range(12)
        ]
        for shape in shapes(drawn.choice([1, 2, 4, 8, 16]), drawn.choice([1, 2, 4]))
    ]
    simulated = np.array([simulate(each, jobs=20 * each.in_flight, seed=1).per_s for each in made])
    apart = np.abs(np.array([found.per_s for found in means(made)]) / simulated - 1)
    assert (np.quantile(apart, (0.5, 0.9)) <= (0.02, 0.2)).all()
    # The worst: jobs that all started together, and stay so for long.
    assert apart.max() < 0.5


@pytest.mark.parametrize("spinners", [1, 2, 4])
def test_an_exchange_beside_spinning_threads(spinners: int) -> None:
    # An exchange that takes the lock k times waits each time for a switch interval of each spinner.
    spinning = Chain(spinners, (Step(1.0, "parse", lock=0),))
    half = Step(1e-5, "client", lock=0), Step(1e-5, "wait", waits=True)
    made = Network((Chain(1, half * 2), spinning), (), ("GIL",), 8, INTERVAL_S)
    found = simulate(made, jobs=300, seed=1)
    assert found.per_s == pytest.approx(convoy_per_s(4e-5, 2, spinners, INTERVAL_S), rel=0.1)


def test_a_thousand_threads_fall_off_a_cliff() -> None:
    # Each thread that waits for the lock looks at it once in an interval: a thousand do little else.
    def per_s(in_flight: int) -> float:
        made = network(Shape("none", (in_flight,), loop=False), demands(), Machine(2))
        return simulate(made, jobs=2 * in_flight, seed=1).per_s

    assert per_s(64) == pytest.approx(per_s(256), rel=0.05)
    assert per_s(1536) < 0.8 * per_s(64)


@pytest.mark.parametrize(("in_flight", "cores"), [(4, 1), (8, 2), (8, 4)])
def test_the_repairman(in_flight: int, cores: int) -> None:
    # Machines that run for Z and are mended for S by so many repairmen, who share the work: M/M/c//N, whatever S is.
    away_s, busy_s = 0.01, 0.004
    waits_s = tuple(np.random.default_rng(2).exponential(away_s, 5000))
    made = closed(
        in_flight, Step(away_s, "wait", waits=True, varies=True), Step(busy_s, "parse"), cores=cores
    )
    made = Network(made.chains, made.stations, made.locks, made.cores, INTERVAL_S, waits_s)
    chance = [1.0]
    for ill in range(1, in_flight + 1):
        chance.append(chance[-1] * (in_flight - ill + 1) * busy_s / away_s / min(ill, cores))
    working = sum(p * min(ill, cores) for ill, p in enumerate(chance)) / sum(chance)
    found = simulate(made, jobs=20_000, seed=1)
    assert found.per_s == pytest.approx(working / busy_s, rel=0.02)
    assert found.cores == pytest.approx(working, rel=0.02)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_server_with_random_arrivals(load: float) -> None:
    # M/D/1: the mean wait is load / (1 - load) / 2 of a service.
    jobs, service_s = 20_000, 0.001
    starts_s = np.cumsum(np.random.default_rng(3).exponential(service_s / load, jobs))
    made = closed(500, Step(service_s, "server", 0))
    found = simulate(made, jobs=jobs, seed=1, starts_s=list(starts_s))
    wait_s = float(found.response_s.mean()) - service_s
    assert wait_s == pytest.approx(load / (1 - load) / 2 * service_s, rel=0.1)


@pytest.mark.parametrize(("places", "load"), [(2, 0.7), (4, 0.8)])
def test_many_servers_with_random_arrivals_and_services(places: int, load: float) -> None:
    # M/M/c, by Erlang's C: the time in service is drawn as a delay that varies.
    jobs, service_s = 30_000, 0.001
    random = np.random.default_rng(4)
    starts_s = np.cumsum(random.exponential(service_s / load / places, jobs))
    waits_s = tuple(random.exponential(service_s, jobs))
    step = Step(service_s, "wait", 0, waits=True, varies=True)
    made = Network((Chain(500, (step,)),), (Station("capacity", places),), (), 1, INTERVAL_S, waits_s)
    found = simulate(made, jobs=jobs, seed=1, starts_s=list(starts_s))
    offered = load * places
    blocked = 1.0
    for place in range(1, places + 1):
        blocked = offered * blocked / (place + offered * blocked)
    queued = blocked / (1 - load * (1 - blocked))
    expected_s = service_s + queued * service_s / places / (1 - load)
    assert found.response_s.mean() == pytest.approx(expected_s, rel=0.05)


def test_a_loop_tells_how_late_it_is() -> None:
    found = simulate(network(Shape("none", (8,), loop=True), demands(), Machine(2)), jobs=200, seed=1)
    assert 0.005 < found.loop_lag_s.max() < 8 * 0.006
    assert (
        simulate(
            network(Shape("none", (8,), loop=False), demands(), Machine(2)), jobs=9, seed=1
        ).loop_lag_s.size
        == 0
    )


def test_lanes_have_no_gap() -> None:
    made = network(Shape("none", (4,), loop=True, pool="threads", workers=2), demands(), Machine(1))
    found = simulate(made, jobs=40, seed=1, trace=8)
    assert {each.job for each in found.intervals} == set(range(8))
    for job in range(8):
        mine = [each for each in found.intervals if each.job == job]
        assert all(one.end_s == pytest.approx(next_.start_s) for one, next_ in pairwise(mine))
        assert sum(each.end_s - each.start_s for each in mine) == pytest.approx(found.response_s[job])
    whats = {each.what for each in found.intervals}
    assert {
        "client",
        "parse",
        "wait",
        "waiting for the GIL",
        "waiting for the loop",
        "waiting for a core",
    } <= whats


def test_the_same_seed_gives_the_same() -> None:
    made = network(Shape("none", (4,), loop=False), demands(), Machine(2))
    one, same, other = (simulate(made, jobs=50, seed=seed).makespan_s for seed in (1, 1, 2))
    assert one == same != other


def test_what_cannot_be_simulated_is_refused() -> None:
    made = closed(1, Step(0.01, "parse"))
    with pytest.raises(ValueError, match="nothing to simulate"):
        simulate(made, jobs=0, seed=1)
    with pytest.raises(ValueError, match="2 arrivals for 3 jobs"):
        simulate(made, jobs=3, seed=1, starts_s=[0.0, 1.0])
