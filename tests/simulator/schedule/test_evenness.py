"""How many jobs are enough that delays among them are like those of any number, and that the end counts for little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.schedule.evenness import APART, DRAIN, even


def makespan_s(took_s: list[float], in_flight: int) -> float:
    """What the first free of so many workers takes next, played through: another way than the one tested."""
    ends = [0.0] * in_flight
    for each in took_s:
        first = ends.index(min(ends))
        ends[first] += each
    return max(ends)


@given(in_flight=st.integers(1, 64), least=st.integers(1, 1000))
def test_equal_jobs_are_done_in_whole_turns_of_all_that_are_in_flight(in_flight: int, least: int) -> None:
    for waits_s in ((), (0.05,) * 5000):
        jobs = even(waits_s, busy_s=0.001, in_flight=in_flight, least=least, most=100_000)
        assert jobs % in_flight == 0
        assert least <= jobs < least + in_flight


@pytest.mark.parametrize("in_flight", [1, 8])
def test_jobs_that_differ_are_done_until_their_mean_and_their_end_are_no_matter(in_flight: int) -> None:
    waits_s = np.random.default_rng(4).lognormal(-3.2, 0.6, 5000).tolist()
    jobs = even(waits_s, busy_s=0.005, in_flight=in_flight, least=10 * in_flight, most=5000)
    took_s = [wait + 0.005 for wait in waits_s]
    mean_s = sum(took_s) / len(took_s)
    rate = jobs / makespan_s(took_s[:jobs], in_flight)
    assert in_flight / mean_s * (1 - APART) * (1 - DRAIN) <= rate <= in_flight / mean_s * (1 + 2 * APART)
    few = 10 * in_flight
    assert jobs > few
    assert even(waits_s, busy_s=0.005, in_flight=in_flight, least=jobs, most=5000) == jobs


def test_where_no_number_is_enough_the_nearest_to_it_is_taken() -> None:
    waits_s = [0.01] * 40 + [10.0] * 40
    jobs = even(waits_s, busy_s=0.0, in_flight=4, least=8, most=44)
    assert jobs == 44, "the first 40 are nothing like the rest"
