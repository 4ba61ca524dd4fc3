"""Mean values: within their bounds, growing with the jobs in flight, and as the simulation has them."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from simulator.model.bounds import bound_of
from simulator.model.means import means
from simulator.model.network import Chain, Network, Step, network
from simulator.model.shape import Machine, Shape
from tests.simulator.model.networks import cells, closed, demands, shapes


def test_nothing_is_the_mean_of_nothing() -> None:
    assert means([]) == ()


@pytest.mark.parametrize("shape", shapes(1, 1))
def test_alone_a_job_takes_what_it_needs(shape: Shape) -> None:
    made = network(shape, demands(), Machine(2))
    (found,) = means([made])
    assert found.per_s == pytest.approx(bound_of(made).per_s)
    assert found.response_s == pytest.approx(0.0256)
    assert found.cores == pytest.approx(0.0055 / 0.0256)


@settings(deadline=None, max_examples=100)
@given(cells())
def test_no_bound_is_exceeded(made: Network) -> None:
    (found,) = means([made])
    assert 0 < found.per_s <= bound_of(made).per_s * (1 + 1e-9)
    assert found.per_s * found.response_s == pytest.approx(made.in_flight)
    assert found.cores <= made.cores * (1 + 1e-9)
    assert 0 <= found.held <= 1


@pytest.mark.parametrize("at", range(len(shapes(8, 2))))
def test_more_in_flight_are_not_slower_and_tend_to_the_bound(at: int) -> None:
    counts = [2**power for power in range(1, 15)]
    machine = Machine(2, wake_s=0.0)  # with it, a lock is never taken for all of the time
    many = [network(shapes(count, 2)[at], demands(), machine) for count in counts if count <= 64 or at != 4]
    found = [each.per_s for each in means(many)]
    assert all(more >= fewer * (1 - 1e-4) for fewer, more in pairwise(found))
    assert found[-1] == pytest.approx(bound_of(many[-1]).per_s, rel=0.03)


def test_a_million_in_flight_are_answered() -> None:
    made = network(Shape("none", (1_000_000,), loop=True), demands(), Machine(2))
    (found,) = means([made])
    assert found.per_s == pytest.approx(1 / 0.0054)
    assert found.response_s == pytest.approx(5400)


def test_many_cells_are_answered_as_one_by_one() -> None:
    many = [network(shape, demands(), Machine(cores)) for shape in shapes(8, 2) for cores in (1.0, 2.0, 16.0)]
    together = means(many)
    for made, found in zip(many, together, strict=True):
        (alone,) = means([made])
        assert found.per_s == pytest.approx(alone.per_s, rel=1e-9)


def test_chains_that_differ_are_refused() -> None:
    made = closed(1, Step(0.01, "wait", waits=True))
    differing = replace(made, chains=(*made.chains, Chain(1, (Step(0.02, "wait", waits=True),))))
    with pytest.raises(ValueError, match="simulate chains that differ"):
        means([differing])
