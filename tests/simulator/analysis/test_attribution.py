"""Categories from jobs and kernel counts that are known exactly."""

from dataclasses import fields, replace

import numpy as np
import pytest

from simulator.analysis.attribution import SHARES, attribute, job_time, mean
from simulator.result.attribution import Attribution
from simulator.result.observation import Observed
from simulator.result.samples import UNKNOWN
from tests.simulator.analysis.builders import GO_NS, MS, observed, samples, snapshot
from tests.simulator.analysis.builders import _cpu as cpu


def known(one: Observed) -> Attribution:
    found = attribute(one, steal=0.03)
    assert found is not None
    assert sum(getattr(found, name) for name in SHARES) + found.residual == pytest.approx(1)
    return found


def test_a_thread_that_waits_for_the_network_and_parses_alone() -> None:
    # Of 60 ms a job: fetch 50 (1 CPU, 42 at the server), parse 10 (8 CPU); 25 jobs for each of 4 threads.
    found = known(observed(worker_cpu_s=25 * 0.009))
    assert found.workers == 4
    assert found.fetch_cpu == pytest.approx(1 / 60)
    assert found.parse_cpu == pytest.approx(8 / 60)
    assert found.network == pytest.approx(42 / 60)
    assert found.stall_fetch == pytest.approx(7 / 60)
    assert found.stall_parse == pytest.approx(2 / 60)
    assert found.idle == found.other_cpu == found.run_queue == 0
    assert found.residual == pytest.approx(0)
    assert found.steal == 0.03
    assert found.stall == pytest.approx(9 / 60)


def test_waiting_for_a_core_is_no_stall() -> None:
    # 2 ms a job in the run queue: what is off CPU in the parse is explained by it.
    found = known(observed(worker_cpu_s=25 * 0.009, worker_queue_s=25 * 0.002))
    assert found.run_queue == pytest.approx(2 / 60)
    assert found.stall == pytest.approx(7 / 60)


def test_cpu_between_jobs_and_a_thread_that_has_none_left() -> None:
    # Each thread does 5 jobs in the first 300 ms of a window that a fifth one makes 600 ms long.
    jobs = samples(20)
    late = replace(jobs, ready_ns=jobs.ready_ns.copy())
    late.ready_ns[-1] = GO_NS + 600 * MS
    found = known(observed(late, worker_cpu_s=5 * 0.009 + 0.030))
    assert found.other_cpu == pytest.approx(30 / 600)
    assert found.idle == pytest.approx(270 / 600)


def test_a_wait_to_be_tried_again_is_idle_and_what_failed_before_is_the_network() -> None:
    # Of 160 ms a job: 20 ms of an attempt that failed, 80 ms of back-off, then as above.
    jobs = samples(100, fetch_ns=150 * MS)
    again = replace(
        jobs,
        asked_ns=jobs.start_ns + 100 * MS,
        backoff_ns=np.full(100, 80 * MS),
        earlier_ns=np.full(100, 20 * MS),
        received_ns=jobs.received_ns + 100 * MS,
        first_byte_ns=jobs.first_byte_ns + 100 * MS,
        last_byte_ns=jobs.last_byte_ns + 100 * MS,
    )
    one = observed(again, worker_cpu_s=25 * 0.009)
    found = known(one)
    assert found.idle == pytest.approx(80 / 160)
    assert found.network == pytest.approx((42 + 20) / 160)
    assert found.stall_fetch == pytest.approx(7 / 160)
    assert found.residual == pytest.approx(0)
    way = job_time(again)
    assert way is not None
    assert way.again_s == pytest.approx(0.1)
    assert way.before_server_s == pytest.approx(0.001)


def test_a_wait_until_a_job_is_due_is_idle() -> None:
    jobs = samples(2, workers=1, start_ns=[0, 160 * MS])
    due = replace(jobs, due_ns=jobs.due_ns - np.array([10 * MS, 0]))
    one = observed(due, worker_cpu_s=0.018)
    single = replace(
        one,
        ready=replace(one.ready, workers={0: one.ready.workers[0]}),
        parked=replace(one.parked, workers={0: one.parked.workers[0]}),
    )
    assert known(single).idle == pytest.approx(100 / 220)


def test_clocks_that_disagree_are_a_residual_and_not_hidden() -> None:
    # The kernel saw less CPU than the jobs say they used: the shares add up to more than the window.
    found = known(observed(worker_cpu_s=25 * 0.009, worker_queue_s=25 * 0.060))
    assert found.run_queue == pytest.approx(1)
    assert found.residual < 0


def loop(worker_cpu_s: float, *, parse_ms: int = 10) -> Observed:
    """Two tasks on one loop: one parses while the other's request is at the server."""
    jobs = samples(
        10,
        workers=2,
        fetch_ns=50 * MS,
        parse_ns=parse_ms * MS,
        parse_cpu_ns=parse_ms * MS,
        on_loop=True,
        start_ns=[60 * MS * (i // 2) + (30 * MS if i % 2 else 0) for i in range(10)],
    )
    jobs = replace(jobs, worker=np.zeros(10, int), parse_worker=np.zeros(10, int))
    end = int(jobs.ready_ns.max())
    return observed(
        jobs,
        ready=snapshot(GO_NS, workers={0: cpu(0, 0)}),
        parked=snapshot(end, workers={0: cpu(worker_cpu_s, 0)}),
    )


def test_a_loop_that_waits_for_answers_is_not_stalled() -> None:
    found = known(loop(0.130))
    assert found.workers == 1
    assert found.parse_cpu == pytest.approx(100 / 330)
    assert found.fetch_cpu == pytest.approx(30 / 330)
    assert found.network == pytest.approx(200 / 330, abs=0.02)
    assert found.stall == pytest.approx(0, abs=0.001)


def test_a_loop_that_was_off_cpu_in_a_parse_stalled_there() -> None:
    one = loop(0.080)
    halved = replace(one, samples=replace(one.samples, parse_cpu_ns=one.samples.parse_cpu_ns // 2))
    assert known(halved).stall_parse == pytest.approx(50 / 330)


def test_a_pool_worker_is_idle_unless_it_parses() -> None:
    one = loop(0.030)
    pooled = replace(
        one.samples,
        parse_worker=np.full(10, 1),
        parsing_ns=one.samples.fetched_ns + 2 * MS,
        parse_cpu_ns=np.full(10, 4 * MS),
    )
    both = replace(
        one,
        samples=pooled,
        roles={0: "fetch", 1: "parse"},
        ready=snapshot(GO_NS, workers={0: cpu(0, 0), 1: cpu(0, 0)}),
        parked=snapshot(one.parked.at_ns, workers={0: cpu(0.030, 0), 1: cpu(0.050, 0.010)}),
    )
    found = known(both)
    assert found.workers == 2
    # Of 660 ms of worker time: ten parses of 8 ms, 4 on CPU; 10 ms CPU between them.
    assert found.parse_cpu == pytest.approx(40 / 660)
    assert found.other_cpu == pytest.approx(10 / 660)
    assert found.run_queue == pytest.approx(10 / 660)
    assert found.stall_parse == pytest.approx((40 - 8) / 660)
    assert found.idle > (330 - 80 - 10 - 2) / 660 - 0.001


@pytest.mark.parametrize("blind", ["no threads", "no stamps", "no CPU clock", "a thread that ended"])
def test_what_cannot_be_read_is_null(blind: str) -> None:
    one = observed()
    other = {
        "no threads": lambda: observed(readable=False),
        "no stamps": lambda: observed(samples(stamped=False)),
        "no CPU clock": lambda: observed(samples(parse_cpu_ns=UNKNOWN)),
        "a thread that ended": lambda: replace(one, parked=replace(one.parked, workers={})),
    }[blind]()
    assert attribute(one, None) is not None
    assert attribute(other, None) is None


def test_a_means_shares_still_add_up() -> None:
    one, other = known(observed(worker_cpu_s=0.3)), known(observed(worker_cpu_s=0.25, worker_queue_s=0.1))
    both = mean([one, other])
    assert both is not None
    assert sum(getattr(both, name) for name in SHARES) + both.residual == pytest.approx(1)
    assert mean([one, None]) is None
    assert mean([]) is None
    assert {field.name for field in fields(Attribution)} == {*SHARES, "workers", "residual", "steal"}


def test_the_parts_of_a_jobs_way_add_up_to_it() -> None:
    way = job_time(samples())
    assert way is not None
    assert way.before_server_s == pytest.approx(0.001)
    assert way.network_s == pytest.approx(0.042)
    assert way.resume_s == pytest.approx(0.007)
    assert (way.to_parser_s, way.back_s) == (0, 0)
    assert sum(getattr(way, field.name) for field in fields(way)) == pytest.approx(0.060)
    assert job_time(samples(stamped=False)) is None
