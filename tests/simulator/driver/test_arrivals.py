import asyncio
import dataclasses
import time
from typing import Any

import numpy as np
import pytest
import uvloop

from simulator.driver.clock import sleep_until
from simulator.driver.due_timer import DueTimer, LoopTimer, TimerfdTimer, due_timer
from simulator.driver.shared.failure import Failure
from simulator.driver.spec import Spec, from_mapping
from simulator.driver.strategies import open_shard
from simulator.driver.tickets import open_tickets
from tests.simulator.driver.jobs import JOB, MS, S, spec


def offsets(made: Spec) -> list[int]:
    found = made.offsets_ns()
    assert found is not None
    return found.tolist()


def test_a_job_file_without_arrivals_is_closed() -> None:
    made = from_mapping(JOB)
    assert made.arrivals is None
    assert made.offsets_ns() is None
    tickets = open_tickets(made)
    tickets.open(5)
    assert tickets.due is None


def test_constant_arrivals_are_at_equal_distances_from_go_on() -> None:
    assert offsets(spec("constant", 50.0, pages=4)) == [0, 20 * MS, 40 * MS, 60 * MS]


def test_poisson_gaps_are_exponential_with_the_mean_of_the_rate() -> None:
    gaps = np.diff([0, *offsets(spec("poisson", 50.0, pages=20_000))]) / 1e9
    assert gaps.mean() == pytest.approx(1 / 50, rel=0.03)
    assert gaps.std() == pytest.approx(1 / 50, rel=0.03)
    # Independent: the gap before says nothing of the next one.
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 0.03


def test_the_same_seed_gives_the_same_moments_whatever_the_strategy_does() -> None:
    threads = spec()
    loops = dataclasses.replace(
        threads, strategy=dataclasses.replace(threads.strategy, shard_kind="processes", fetch="asyncio")
    )
    assert offsets(threads) == offsets(loops)
    assert offsets(threads) != offsets(spec(seed=4))


def test_another_rate_stretches_the_same_pattern() -> None:
    slow, fast = offsets(spec(rate_per_s=10.0)), offsets(spec(rate_per_s=40.0))
    assert [moment / 4 for moment in slow] == pytest.approx(fast, abs=1)


def test_recorded_moments_come_round_again() -> None:
    told = {"process": "recorded", "rate_per_s": 1.0, "offsets_ns": [0, 5, 20], "period_ns": 30}
    assert offsets(spec(None, arrivals=told, pages=7)) == [0, 5, 20, 30, 35, 50, 60]
    assert offsets(spec(None, arrivals=told, pages=None, duration_ns=50)) == [0, 5, 20, 30, 35]


def test_a_fixed_duration_has_the_jobs_due_before_its_end() -> None:
    few = offsets(spec("constant", 50.0, pages=None, duration_ns=100 * MS))
    assert few == [0, 20 * MS, 40 * MS, 60 * MS, 80 * MS]
    many = offsets(spec(pages=None, duration_ns=2 * S))
    assert many == offsets(spec())[: len(many)]
    assert many[-1] < 2 * S <= offsets(spec())[len(many)]


def test_a_page_is_due_at_its_offset_from_go_and_the_last_ends_the_claims() -> None:
    tickets = open_tickets(spec("constant", 50.0, pages=3))
    claim = tickets.open(7 * S)
    assert tickets.due is not None
    assert [tickets.due(page) for page in range(3)] == [7 * S, 7 * S + 20 * MS, 7 * S + 40 * MS]
    assert [claim() for _ in range(5)] == [0, 1, 2, -1, -1]


def test_nothing_is_claimed_after_a_fixed_duration_though_jobs_are_left() -> None:
    moments = iter([7 * S, 7 * S + 99 * MS, 7 * S + 100 * MS])
    tickets = open_tickets(
        spec("constant", 50.0, pages=None, duration_ns=100 * MS), clock=lambda: next(moments)
    )
    claim = tickets.open(7 * S)
    assert [claim() for _ in range(3)] == [0, 1, -1]


def test_a_window_in_which_no_job_is_due_is_refused_in_words() -> None:
    with pytest.raises(Failure, match=r"no job is due before the end; raise job\.duration or arrivals\.rate"):
        open_shard(spec("poisson", 0.001, pages=None, duration_ns=1 * MS))


def test_a_thread_never_starts_early() -> None:
    for k in range(5):
        due_ns = time.perf_counter_ns() + k * MS // 3
        assert sleep_until(due_ns) == due_ns
        assert time.perf_counter_ns() >= due_ns


def loop_timer() -> DueTimer:
    return LoopTimer()


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("make", [due_timer, loop_timer])
def test_no_task_of_a_loop_starts_early_nor_before_another_that_is_due_sooner(
    new_loop: Any, make: Any
) -> None:
    woken: list[int] = []

    async def wait(timer: DueTimer, due_ns: int) -> None:
        await timer.until(due_ns)
        assert time.perf_counter_ns() >= due_ns
        woken.append(due_ns)

    async def main() -> list[int]:
        timer = make()
        now = time.perf_counter_ns()
        due = [now - 5 * MS, now, *(now + k * 370_000 for k in range(1, 20))]
        await asyncio.gather(*(wait(timer, moment) for moment in due))
        timer.close()
        return due

    loop = new_loop()
    try:
        due = loop.run_until_complete(main())
    finally:
        loop.close()
    assert sorted(woken) == due
    if make is due_timer:
        assert woken == due


def test_a_task_that_was_cancelled_while_it_waited_does_not_keep_the_others_waiting() -> None:
    async def main() -> None:
        timer = TimerfdTimer(asyncio.get_running_loop())
        due_ns = time.perf_counter_ns() + 2 * MS
        first, second = (asyncio.ensure_future(timer.until(due_ns + k)) for k in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await second
        assert time.perf_counter_ns() >= due_ns + 1
        timer.close()

    asyncio.run(main())
