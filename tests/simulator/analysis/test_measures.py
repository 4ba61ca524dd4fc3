from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.analysis.measures import (
    delay_errors_ns,
    mean_service_s,
    measure,
    resume_lag_ns,
    server_cpu_s,
    server_queue_s,
)
from simulator.result.observation import BeforeWindow, CpuTime
from simulator.result.repetition import DelayError, Disturbance, Phase
from simulator.result.samples import UNKNOWN
from tests.simulator.analysis.builders import GO_NS, MS, S, observed, samples

JOBS, WORKERS, CYCLE_S = 100, 4, 0.060
WINDOW_S = JOBS / WORKERS * CYCLE_S


def test_a_fixed_count_is_pages_over_the_whole_makespan_drain_included() -> None:
    found = measure(observed(warmup_s=0.3), "equal")
    assert found.pages == JOBS
    assert found.warmup_s == 0.3
    assert found.unfinished == 0
    assert found.makespan_s == pytest.approx(WINDOW_S)
    assert found.throughput_per_s == pytest.approx(JOBS / WINDOW_S)
    assert found.drain_s == pytest.approx(CYCLE_S)
    assert found.startup_s == 0.4
    assert found.equality == "equal"


def test_the_makespan_ends_with_the_last_record_whichever_job_that_is() -> None:
    jobs = samples(20, start_ns=[0] * 20)
    late = jobs.ready_ns.copy()
    late[3] = GO_NS + 2 * S
    found = measure(observed(replace(jobs, ready_ns=late)), "equal")
    assert found.makespan_s == pytest.approx(2.0)
    assert found.drain_s == pytest.approx(2.0)


def test_response_times_run_from_start_to_ready_without_the_failed_jobs() -> None:
    starts = [i * 1 * MS for i in range(40)]
    jobs = samples(40, start_ns=starts, errors={0: "parse: ValueError"})
    ready = jobs.ready_ns.copy()
    ready[0] += 5 * S  # failed: its length is none of the job's
    ready[1] += 1 * S
    jobs = replace(jobs, ready_ns=ready)
    found = measure(observed(jobs), "equal")
    assert found.response_time_s.p50 == pytest.approx(CYCLE_S)
    assert found.response_time_s.max == pytest.approx(1 + CYCLE_S)
    assert found.response_time_s.p90 is None
    assert mean_service_s(jobs) == pytest.approx(CYCLE_S + 1 / 39)


def test_fetch_and_parse_are_split_into_cpu_network_and_stall() -> None:
    # Fetch 50 ms: 1 ms CPU, 42 ms with the server, the other 7 ms off CPU. Parse 10 ms: 8 ms CPU, 2 ms off.
    found = measure(observed(worker_cpu_s=0.225), "equal")
    assert found.network_s == pytest.approx(0.042)
    assert [found.fetch.wall_s, found.fetch.cpu_s] == pytest.approx([0.050, 0.001])
    assert found.fetch.stall_s == pytest.approx(0.007)
    assert [found.parse.wall_s, found.parse.cpu_s] == pytest.approx([0.010, 0.008])
    assert found.parse.stall_s == pytest.approx(0.002)


def test_waiting_for_a_core_is_no_stall_and_is_dealt_by_cpu() -> None:
    # 0.9 ms of run-queue wait per job; 1 ms CPU of fetch and 8 ms of parse: 0.1 and 0.8 ms.
    found = measure(observed(worker_cpu_s=0.225, worker_queue_s=0.0225), "equal")
    assert found.fetch.stall_s == pytest.approx(0.007 - 0.0001)
    assert found.parse.stall_s == pytest.approx(0.002 - 0.0008)


def test_a_stall_is_never_negative() -> None:
    found = measure(observed(worker_cpu_s=0.225, worker_queue_s=10.0), "equal")
    assert found.fetch.stall_s == 0.0
    assert found.parse.stall_s == 0.0


def test_on_a_loop_fetch_cpu_is_the_threads_less_that_of_parsing_and_has_no_stall() -> None:
    # 4 × 0.25 s over 100 jobs are 10 ms each, of which 8 ms are parsing.
    found = measure(observed(samples(on_loop=True), worker_cpu_s=0.25), "equal")
    assert found.fetch.cpu_s == pytest.approx(0.002)
    assert found.fetch.stall_s is None
    assert found.parse.cpu_s == pytest.approx(0.008)


def test_an_interpreter_without_a_cpu_clock_has_no_cpu_times_rather_than_negative_ones() -> None:
    made = measure(observed(samples(fetch_cpu_ns=UNKNOWN, parse_cpu_ns=UNKNOWN)), "equal")
    assert (made.fetch.cpu_s, made.fetch.stall_s) == (None, None)
    assert (made.parse.cpu_s, made.parse.stall_s) == (None, None)
    assert made.parse.wall_s is not None


def test_resume_lag_counts_from_the_last_byte_and_is_not_negative() -> None:
    # 1 + 40 + 2 ms until the last byte, fetched after 50 ms.
    jobs = samples(30)
    assert resume_lag_ns(jobs) == pytest.approx(np.full(30, 7 * MS))
    found = measure(observed(jobs), "equal").resume_lag_s
    assert found is not None
    assert found.p50 == pytest.approx(0.007)
    assert found.p99 is None
    first = replace(jobs, fetched_ns=jobs.start_ns)
    assert resume_lag_ns(first).max() == 0


def test_cpu_per_page_cores_and_run_queue_are_the_drivers_over_the_window() -> None:
    found = measure(observed(driver_cpu_s=1.2, driver_queue_s=0.3), "equal")
    assert found.cpu_per_page_s == pytest.approx(1.2 / JOBS)
    assert found.cores_used == pytest.approx(1.2 / WINDOW_S)
    assert found.run_queue_cores == pytest.approx(0.3 / WINDOW_S)
    assert found.memory_bytes == 123_000_000
    assert found.processes == 3
    assert found.runner_cpu_s == pytest.approx(0.01)
    assert found.spin_s == pytest.approx(0.012)


def test_a_failed_job_has_cost_cpu_like_any_other() -> None:
    jobs = samples(20, errors=dict.fromkeys(range(10), "parse: ValueError"))
    assert measure(observed(jobs, driver_cpu_s=0.2), "equal").cpu_per_page_s == pytest.approx(0.010)


def test_disturbance_is_what_others_used_of_all_cores_interrupts_excluded() -> None:
    capacity_s = 2 * WINDOW_S
    found = measure(observed(foreign_s=0.3, steal_s=0.15, irq_s=1.0), "equal").disturbance
    assert found.foreign == pytest.approx(0.3 / capacity_s)
    assert found.steal == pytest.approx(0.15 / capacity_s)
    unseen = observed()
    unseen = replace(unseen, ready=replace(unseen.ready, driver=None))  # its CPU would pass for foreign
    assert measure(unseen, "equal").disturbance == Disturbance(None, None)
    quiet = measure(observed(foreign_s=-0.2), "equal").disturbance  # the two clocks need not agree
    assert quiet.foreign == 0.0


def test_a_fixed_duration_counts_records_ready_in_it_and_reports_the_others() -> None:
    starts = [i * 100 * MS for i in range(11)]  # the last is due at 1.0 s and ready at 1.06 s
    found = measure(observed(samples(11, start_ns=starts), duration_s=1.0), "equal")
    assert found.pages == 10
    assert found.unfinished == 1
    assert found.throughput_per_s == pytest.approx(10.0)
    assert found.makespan_s == pytest.approx(1.06)
    assert found.digest is None


def test_a_record_ready_at_the_very_end_counts() -> None:
    found = measure(observed(samples(1, start_ns=[940 * MS]), duration_s=1.0), "equal")
    assert (found.pages, found.unfinished) == (1, 0)


def test_failed_jobs_are_neither_pages_nor_unfinished() -> None:
    jobs = samples(20, errors={1: "fetch: OSError", 2: "fetch: OSError", 3: "parse: ValueError"})
    for duration_s in (None, 60.0):
        found = measure(observed(jobs, duration_s=duration_s), "equal")
        assert (found.pages, found.unfinished) == (17, 0)
        assert found.errors == {"fetch: OSError": 2, "parse: ValueError": 1}
        assert found.digest is None


def test_where_every_job_failed_means_are_null_and_nothing_divides_by_zero() -> None:
    jobs = samples(3, errors=dict.fromkeys(range(3), "parse: KeyError"))
    found = measure(observed(jobs), "equal")
    assert found.pages == 0
    assert found.throughput_per_s == 0.0
    assert found.fetch == found.parse == Phase(None, None, None)
    assert found.network_s is None
    assert found.response_time_s.max is None
    assert mean_service_s(jobs) == 0.0


def test_what_cannot_be_read_of_the_system_is_null_and_never_zero() -> None:
    found = measure(observed(readable=False), "equal")
    assert found.cpu_per_page_s is None
    assert found.cores_used is None
    assert found.run_queue_cores is None
    assert found.memory_bytes is None
    assert found.processes is None
    assert found.fetch.stall_s is None
    assert found.parse.stall_s is None
    assert found.disturbance == Disturbance(None, None)
    # What the threads' own clocks say is still known.
    assert found.fetch.cpu_s == pytest.approx(0.001)
    assert found.parse.cpu_s == pytest.approx(0.008)
    assert measure(observed(samples(on_loop=True), readable=False), "equal").fetch.cpu_s is None


def test_a_worker_that_could_not_be_read_makes_stalls_null() -> None:
    found = observed()
    parked = replace(found.parked, workers={i: found.parked.workers[i] for i in range(3)})
    measured = measure(replace(found, parked=parked), "equal")
    assert measured.fetch.stall_s is None
    assert measured.parse.stall_s is None


def test_without_the_servers_stamps_measures_across_clocks_are_null_and_its_own_audit_stands_in() -> None:
    found = measure(observed(samples(stamped=False), same_clock=False), "equal")
    assert found.network_s is None
    assert found.resume_lag_s is None
    assert found.fetch.stall_s is None
    assert found.server.delay_error_s == DelayError(0.0004, 0.0003, 0.001)
    nothing = observed(samples(stamped=False), server_stats={"cpu_s": 0.1})
    assert measure(nothing, "equal").server.delay_error_s == DelayError(None, None, None)
    assert measure(nothing, "equal").server.connections_opened is None
    assert measure(nothing, "equal").server.loop_lag_p99_s is None


def test_the_delay_error_is_actual_less_intended_of_each_stamped_request() -> None:
    jobs = samples(2_000, workers=50, delay_error_ns=3 * MS)
    some = jobs.received_ns.copy()
    some[:500] = UNKNOWN
    jobs = replace(jobs, received_ns=some)
    assert len(delay_errors_ns(jobs)) == 1_500
    found = measure(observed(jobs), "equal").server.delay_error_s
    assert [found.mean, found.p50, found.p99] == pytest.approx([0.003] * 3)
    early = measure(observed(samples(delay_error_ns=-1 * MS)), "equal").server.delay_error_s
    assert early.mean == pytest.approx(-0.001)


def test_waiting_for_a_place_at_the_server_is_a_measure_and_no_delay_error() -> None:
    jobs = samples(100, intended_ns=30 * MS, delay_error_ns=1 * MS)
    queued = replace(jobs, first_byte_ns=jobs.first_byte_ns + 9 * MS, begun_ns=jobs.begun_ns + 9 * MS)
    stats = {**observed().server_stats, "queue": {"waiting": 0, "max": 3, "mean": 1.0}}
    found = measure(observed(queued, server_stats=stats), "equal")
    assert found.server_queue_s == pytest.approx(0.009)
    assert found.server.delay_error_s.mean == pytest.approx(0.001)
    assert found.network_s == measure(observed(jobs), "equal").network_s
    assert measure(observed(jobs), "equal").server_queue_s is None, "there is no queue"
    assert measure(observed(jobs, server_stats=stats), "equal").server_queue_s == 0
    assert measure(observed(samples(stamped=False), server_stats=stats), "equal").server_queue_s is None


def test_what_was_refused_or_never_answered_has_no_delay_error() -> None:
    jobs = samples(100, delay_error_ns=2 * MS)
    first, intended = jobs.first_byte_ns.copy(), jobs.intended_ns.copy()
    first[:10], intended[5:20] = UNKNOWN, UNKNOWN
    errors = delay_errors_ns(replace(jobs, first_byte_ns=first, intended_ns=intended))
    assert errors.tolist() == [2 * MS] * 80


def test_the_servers_cpu_is_seen_from_outside_or_as_it_says() -> None:
    seen = observed(server_cpu_s=0.3, server_queue_s=0.07)
    assert server_cpu_s(seen) == pytest.approx(0.3)
    assert server_queue_s(seen) == pytest.approx(0.07)
    assert measure(seen, "equal").server.cpu_cores == pytest.approx(0.3 / WINDOW_S)
    told: dict[str, Any] = {**seen.server_stats, "cpu_s": 0.25, "run_queue_wait_s": 0.11}
    unreadable = observed(readable=False, server_stats=told)
    assert (server_cpu_s(unreadable), server_queue_s(unreadable)) == (0.25, 0.11)
    # A server elsewhere has no process here: the sum over none of them is 0, not what it used.
    nobody = CpuTime(0, 0)
    elsewhere = replace(
        seen,
        ready=replace(seen.ready, server=nobody),
        parked=replace(seen.parked, server=nobody),
        server_stats=told,
    )
    assert (server_cpu_s(elsewhere), server_queue_s(elsewhere)) == (0.25, 0.11)


def test_loop_lag_is_null_where_there_is_no_loop() -> None:
    assert measure(observed(), "equal").loop_lag_s is None
    found = measure(observed(loop_lag_ns=(1 * MS,) * 2_000 + (9 * MS,)), "equal").loop_lag_s
    assert found is not None
    assert (found.p50, found.p99, found.max) == (0.001, 0.001, 0.009)


def test_the_digest_is_over_all_records_in_page_order_and_needs_each_of_them() -> None:
    jobs = samples(12)
    digests = tuple(f"{page * 7919:032x}" for page in range(12))
    found = measure(observed(jobs, digests=digests), "equal").digest
    assert found is not None
    order = np.random.default_rng(1).permutation(12)
    shuffled = replace(jobs, page=jobs.page[order])
    other = measure(observed(shuffled, digests=tuple(digests[i] for i in order)), "equal").digest
    assert other == found
    swapped = (digests[1], digests[0], *digests[2:])
    assert measure(observed(jobs, digests=swapped), "equal").digest != found
    assert measure(observed(jobs, digests=("", *digests[1:])), "unchecked").digest is None


def test_spinners_beside_the_job_are_not_its_cpu_and_not_foreign() -> None:
    seen = observed(driver_cpu_s=3.0, driver_queue_s=1.5)
    spun = replace(
        seen,
        ready=replace(seen.ready, beside=CpuTime(10 * S, 10 * S)),
        parked=replace(seen.parked, beside=CpuTime(12 * S, 11 * S)),
    )
    alone, beside = measure(seen, "equal"), measure(spun, "equal")
    assert alone.cpu_per_page_s == pytest.approx(0.03)
    assert beside.cpu_per_page_s == pytest.approx(0.01)
    assert beside.cores_used == pytest.approx((alone.cores_used or 0.0) / 3)
    assert beside.run_queue_cores == pytest.approx((alone.run_queue_cores or 0.0) / 3)
    assert beside.disturbance == alone.disturbance


def test_where_a_spinner_cannot_be_read_the_jobs_cpu_is_not_known() -> None:
    seen = observed()
    blind = replace(seen, parked=replace(seen.parked, beside=None))
    measured = measure(blind, "equal")
    assert (measured.cpu_per_page_s, measured.cores_used, measured.run_queue_cores) == (None, None, None)


def test_the_network_is_one_thing_for_all_also_where_the_client_went_on_before_the_servers_stamp() -> None:
    # Of every other job the server is preempted by the client that it woke: its stamp comes 3 ms late.
    jobs = samples(100)
    late = np.where(jobs.page % 2, jobs.fetched_ns + 3 * MS, jobs.last_byte_ns)
    seen = observed(replace(jobs, last_byte_ns=late))
    found = measure(seen, "equal")
    held_s = ((49 + 42) / 2) / 1e3
    assert found.network_s == pytest.approx(held_s)
    assert found.job_time is not None
    assert found.job_time.network_s == pytest.approx(held_s)
    assert found.fetch is not None
    # Of the wall time of a fetch without CPU and network nothing is below 0, and nothing is hidden by what is.
    assert found.fetch.stall_s == pytest.approx(0.050 - 0.001 - held_s)
    assert found.attribution is not None
    assert found.attribution.network == pytest.approx(held_s / 0.060)


def test_of_a_job_begun_in_the_ramp_the_response_counts_whole_and_its_time_in_flight_from_the_window_on() -> (
    None
):
    jobs = samples(4, workers=4, start_ns=[-30 * MS, -15 * MS, 0, 30 * MS])
    found = measure(observed(jobs, before=BeforeWindow(0, 0)), "equal")
    assert found.response_time_s.max == pytest.approx(CYCLE_S)
    assert found.makespan_s == pytest.approx(0.090)
    assert found.throughput_per_s == pytest.approx(4 / 0.090)
    assert found.in_flight_mean == pytest.approx((30 + 45 + 60 + 60) / 90)
    assert found.digest is not None
    assert found.attribution is not None
    assert found.attribution.idle >= 0


def test_without_every_job_there_is_no_digest_over_all() -> None:
    assert measure(observed(before=BeforeWindow(3, 3)), "equal").digest is None
