from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.analysis.arrivals import arrivals_of, dispatcher_late_ns, over_rounds
from simulator.analysis.measures import mean_service_s, measure, response_ns
from simulator.result.observation import OpenArrivals
from simulator.result.repetition import Arrivals
from simulator.result.samples import Samples
from tests.simulator.analysis.builders import GO_NS, MS, observed, samples

LONG = 60 * MS


def jobs(due_ms: Sequence[float], start_ms: Sequence[float], **options: Any) -> Samples:
    """Return jobs of 60 ms each, of which the server holds the request from 1 ms to 43 ms after the start."""
    starts = [round(moment * MS) for moment in start_ms]
    made = samples(len(due_ms), start_ns=starts, **options)
    return replace(made, due_ns=np.array([GO_NS + round(moment * MS) for moment in due_ms]))


def served(due_ms: Sequence[float], workers: int, service_ms: float = 60.0) -> Samples:
    """Return jobs that wait for the first worker to be free."""
    free = [0.0] * workers
    starts = []
    for due in due_ms:
        free.sort()
        starts.append(max(due, free[0]))
        free[0] = starts[-1] + service_ms
    return jobs(due_ms, starts)


def coped(made: Samples, in_flight: int, unstarted_ms: Sequence[float] = ()) -> Arrivals:
    unstarted = tuple(GO_NS + round(moment * MS) for moment in unstarted_ms)
    return arrivals_of(made, OpenArrivals(in_flight, unstarted), completed=len(made))


def every(gap_ms: float, count: int) -> list[float]:
    return [k * gap_ms for k in range(count)]


def test_a_response_counts_from_the_planned_start_and_a_service_does_not() -> None:
    made = jobs([0, 10], [0, 60])
    assert response_ns(made).tolist() == [60 * MS, 110 * MS]
    assert mean_service_s(made) == pytest.approx(0.060)
    seen = measure(observed(made, arrivals=OpenArrivals(1, ())), "equal")
    assert seen.response_time_s.max == pytest.approx(0.110)
    assert seen.arrivals is not None
    assert seen.arrivals.queue_s == pytest.approx(0.025)


def test_closed_arrivals_have_no_such_measures() -> None:
    assert measure(observed(), "equal").arrivals is None


def test_offered_started_completed_and_the_backlog_of_a_fixed_duration() -> None:
    # One worker, 60 ms a job; a job every 20 ms; at 100 ms it is over: 0, 60 were started, 20, 40 too late.
    made = served(every(20, 2), 1)
    found = coped(made, 1, [40, 60, 80])
    assert (found.offered, found.started, found.completed) == (5, 2, 2)
    assert found.offered_per_s == pytest.approx(50.0)
    # At 80 ms: the one of 20 ms was started at 60; those of 40, 60 and 80 wait.
    assert found.backlog_max == 3
    assert found.backlog_end == 3


def test_a_backlog_counts_jobs_without_a_worker_and_not_what_a_waiting_one_started_late() -> None:
    late = coped(jobs(every(100, 5), [moment + 7 for moment in every(100, 5)]), 1)
    assert (late.backlog_max, late.backlog_end) == (0, 0)
    assert late.queue_s == pytest.approx(0.007)


def test_the_samples_may_come_in_any_order() -> None:
    made = served(every(20, 50), 2)
    order = np.random.default_rng(1).permutation(50)
    columns = [
        *("page", "worker", "due_ns", "start_ns", "fetched_ns", "parsed_ns", "ready_ns", "received_ns"),
        *("first_byte_ns", "last_byte_ns"),
    ]
    shuffled = replace(made, **{name: getattr(made, name)[order] for name in columns})
    assert coped(shuffled, 2) == coped(made, 2)
    assert (dispatcher_late_ns(shuffled, 2) == dispatcher_late_ns(made, 2)).all()


def test_the_dispatcher_is_late_where_a_worker_was_waiting_and_nothing_was_at_work() -> None:
    made = jobs([0, 100, 200], [3, 104, 205])
    assert dispatcher_late_ns(made, 1).tolist() == [3 * MS, 4 * MS, 5 * MS]


def test_waiting_for_a_worker_is_not_the_dispatchers() -> None:
    # The second job is due while the only worker is busy, the third when it is free again.
    made = jobs([0, 30, 200], [0, 60, 201])
    assert dispatcher_late_ns(made, 1).tolist() == [0, 1 * MS]


def test_lateness_while_another_job_is_parsed_or_fetched_by_the_driver_is_the_strategys() -> None:
    # The first job is with the driver from 0 to 1 ms, and from 43 ms, its last byte, to 60 ms, its record.
    held = jobs([0, 20], [0, 25])
    assert dispatcher_late_ns(held, 2).tolist() == [0, 5 * MS]
    parsed = jobs([0, 45], [0, 60])
    assert dispatcher_late_ns(parsed, 2).tolist() == [0, 0]
    partly = jobs([0, 40], [0, 63])
    assert dispatcher_late_ns(partly, 2).tolist() == [0, 23 * MS - 17 * MS]


def test_without_the_servers_stamps_a_job_counts_as_at_work_throughout() -> None:
    made = jobs([0, 20], [0, 25], stamped=False)
    assert dispatcher_late_ns(made, 2).tolist() == [0, 0]


@pytest.mark.parametrize("count", [100, 400])
def test_a_strategy_that_does_four_fifths_of_what_comes_is_unstable_when_that_is_more_than_chance(
    count: int,
) -> None:
    # 1 worker, 60 ms a job, one every 48 ms: a fifth is left, 20 of 100 and 80 of 400; chance brings 20 and 40.
    found = coped(served(every(48, count), 1), 1)
    assert found.backlog_end == pytest.approx(count / 5, abs=1)
    assert found.unstable == (count == 400)
    assert found.keeps_up == (False if count == 400 else None)


def test_a_strategy_with_room_keeps_up_whatever_the_pattern() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        due = np.cumsum(random.exponential(60 / 4 / 0.8, size=400)).tolist()
        found = coped(served(due, 4), 4)
        assert not found.unstable


def test_poisson_arrivals_beyond_what_it_bears_are_unstable() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        due = np.cumsum(random.exponential(60 / 4 / 1.3, size=400)).tolist()
        assert coped(served(due, 4), 4).unstable


def test_a_backlog_that_is_being_worked_off_is_not_growing() -> None:
    # 100 jobs at once, then one every 61 ms: the queue becomes shorter all the time, and is never empty.
    found = coped(served([*([0.0] * 100), *every(61, 200)], 1), 1)
    assert found.backlog_end > 90
    assert found.unstable is False
    assert found.keeps_up is None


def test_jobs_that_nobody_came_to_grow_the_backlog_too() -> None:
    due = every(10, 300)
    began = [moment for moment in due if moment * 6 < 3000]
    found = coped(served(began, 1), 1, due[len(began) :])
    assert found.unstable is True
    assert found.started == len(began) < found.offered == 300


def test_a_single_job_has_no_rate_and_is_stable() -> None:
    found = coped(jobs([0], [0]), 1)
    assert found.offered_per_s is None
    assert found.keeps_up is True
    assert found.dispatcher_late_tail_s is None


def test_over_rounds_are_medians_the_worst_backlog_and_the_lateness_of_all() -> None:
    base = coped(served(every(48, 400), 1), 1)
    rounds = [
        replace(base, started=200 + k, backlog_max=10 * k, queue_s=float(k), unstable=k > 1) for k in range(3)
    ]
    found = over_rounds(rounds, np.full(2_000, 3 * MS))
    assert (found.started, found.backlog_max, found.queue_s) == (201, 20, 1.0)
    assert found.unstable is False
    assert found.dispatcher_late_s is not None
    assert (found.dispatcher_late_s.p99, found.dispatcher_late_tail_s) == (0.003, 0.003)
    assert over_rounds(rounds[1:] * 2 + rounds[2:], np.array([0])).unstable is True
