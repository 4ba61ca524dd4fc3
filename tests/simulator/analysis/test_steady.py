"""The rate of a fixed duration, in worlds whose truth is known."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.measures import measure
from simulator.analysis.steady import most_in_flight, steady_rate_per_s
from tests.simulator.analysis.builders import GO_NS, MS, S, observed, samples

Times = tuple[np.ndarray, np.ndarray]


def waiting(in_flight: int, duration_s: float, service_s: Callable[[], float]) -> Times:
    """Workers that only wait, each for itself: begun until the duration is over, and brought to their end."""
    jobs = []
    for _ in range(in_flight):
        now_s = 0.0
        while now_s < duration_s:
            end_s = now_s + service_s()
            jobs.append((now_s, end_s))
            now_s = end_s
    start_s, ready_s = np.array(sorted(jobs)).T
    return (start_s * S).astype(np.int64) + GO_NS, (ready_s * S).astype(np.int64) + GO_NS


def computing(in_flight: int, duration_s: float, cost_s: float) -> Times:
    """Workers that take turns with one core: a job is ready every `cost_s`, and waits for all that came before it."""
    count = int(duration_s / cost_s) + in_flight
    ready_s = cost_s * np.arange(1, count + 1)
    start_s = np.concatenate((np.zeros(in_flight), ready_s[:-in_flight]))
    return (start_s * S).astype(np.int64) + GO_NS, (ready_s * S).astype(np.int64) + GO_NS


@given(
    in_flight=st.integers(1, 32),
    service_s=st.floats(0.01, 0.9),
    duration_s=st.floats(3.0, 10.0),
)
def test_equal_waits_give_what_littles_law_says_wherever_the_end_falls(
    in_flight: int, service_s: float, duration_s: float
) -> None:
    start_ns, ready_ns = waiting(in_flight, duration_s, lambda: service_s)
    rate = steady_rate_per_s(start_ns, ready_ns, GO_NS + int(duration_s * S))
    assert rate == pytest.approx(in_flight / service_s, rel=1e-3)


@given(in_flight=st.integers(1, 32), cost_s=st.floats(0.005, 0.02), duration_s=st.floats(2.0, 5.0))
def test_jobs_that_take_turns_with_one_core_give_its_rate(
    in_flight: int, cost_s: float, duration_s: float
) -> None:
    start_ns, ready_ns = computing(in_flight, duration_s, cost_s)
    assert steady_rate_per_s(start_ns, ready_ns, GO_NS + int(duration_s * S)) == pytest.approx(
        1 / cost_s, rel=1e-3
    )


@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_waits_that_scatter_are_not_biased(shape: float) -> None:
    draw = np.random.default_rng(5)
    rates = []
    for _ in range(300):
        start_ns, ready_ns = waiting(8, 6.0, lambda: float(draw.gamma(shape, 0.3 / shape)))
        rates.append(steady_rate_per_s(start_ns, ready_ns, GO_NS + 6 * S) or 0.0)
    assert float(np.mean(rates)) == pytest.approx(8 / 0.3, rel=0.01)


def test_jobs_under_way_at_the_end_count_for_their_share() -> None:
    """8 in flight of 800 ms for 6 s: 56 are ready in it, 9.3 a second, where each of the 8 does 1.25."""
    jobs = samples(64, workers=8, fetch_ns=780 * MS, parse_ns=20 * MS)
    found = measure(observed(jobs, duration_s=6.0), "equal")
    assert (found.pages, found.unfinished) == (56, 8)
    assert found.throughput_per_s == pytest.approx(10.0)


def test_a_handful_of_jobs_is_what_is_ready_over_the_duration() -> None:
    found = measure(observed(samples(8, workers=8), duration_s=0.5), "equal")
    assert found.throughput_per_s == pytest.approx(16.0)
    nothing = np.array([], np.int64)
    assert steady_rate_per_s(nothing, nothing, GO_NS) is None


def test_a_job_that_begins_when_another_is_ready_is_not_beside_it() -> None:
    start_ns, ready_ns = waiting(3, 1.0, lambda: 0.1)
    assert most_in_flight(start_ns, ready_ns) == 3
