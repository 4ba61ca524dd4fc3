from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.analysis.measures import measure
from simulator.analysis.validity import Limits, Opens, Verdict, is_disturbed, judge
from simulator.result.observation import CpuTime, Observed, OpenArrivals
from simulator.result.repetition import Disturbance
from tests.simulator.analysis.builders import MS, measures, observed, samples

LIMITS = Limits(min_window_s=0.5, min_jobs_per_slot=10)
QUIET: dict[str, Any] = observed().server_stats  # type: ignore[assignment]


def judged(
    seen: Observed,
    *,
    limits: Limits = LIMITS,
    in_flight: int = 4,
    workers: int = 1,
    opens: Opens = "none",
) -> Verdict:
    return judge(
        seen,
        measure(seen, "equal"),
        limits=limits,
        in_flight=in_flight,
        server_workers=workers,
        opens=opens,
    )


def only(verdict: Verdict) -> str:
    assert len(verdict.reasons) == 1, verdict.reasons
    return verdict.reasons[0]


def test_a_clean_repetition_has_no_reason_and_no_warning() -> None:
    verdict = judged(observed())
    assert verdict.reasons == ()
    assert verdict.warnings == ()
    assert not verdict.disturbed
    assert verdict.measures.server.saturated is False
    assert replace(verdict.measures, server=measure(observed(), "equal").server) == measure(
        observed(), "equal"
    )


@pytest.mark.parametrize(
    ("fetch_ms", "error_ms", "valid"),
    [
        # Responses of 60 ms bear 6 ms, of 10 ms the floor of 2 ms; as long as asked is never too long.
        (50, 5.9, True),
        (50, 6.1, False),
        (0, 1.9, True),
        (0, 2.1, False),
        (50, -20.0, True),
    ],
)
def test_delays_may_be_a_tenth_of_the_response_time_too_long_or_two_milliseconds(
    fetch_ms: int,
    error_ms: float,
    valid: bool,  # noqa: FBT001 - a table
) -> None:
    jobs = samples(400, fetch_ns=fetch_ms * MS, delay_error_ns=int(error_ms * MS))
    verdict = judged(observed(jobs))
    assert (verdict.reasons == ()) == valid
    if not valid:
        assert "longer than asked" in only(verdict)
        assert f"{error_ms:.1f} ms" in only(verdict)
        assert "lower in_flight or raise server.workers" in only(verdict)


@pytest.mark.parametrize(
    ("cpu_s", "queue_s", "workers", "busy"),
    [
        (0.59, 0.6, 1, False),
        (0.61, 0.6, 1, True),
        (1.19, 1.2, 2, False),
        (1.21, 1.2, 2, True),
    ],
)
def test_the_server_may_be_busy_for_four_fifths_of_the_window_of_its_workers(
    cpu_s: float,
    queue_s: float,
    workers: int,
    busy: bool,  # noqa: FBT001 - a table
) -> None:
    # The window is 1.5 s: a worker's 80 % are 1.2 s.
    verdict = judged(observed(server_cpu_s=cpu_s, server_queue_s=queue_s), workers=workers)
    assert (verdict.reasons != ()) == busy
    assert verdict.measures.server.saturated is busy
    if busy:
        assert only(verdict).startswith("the mock server was the bottleneck")
        assert "raise server.workers" in only(verdict)


@pytest.mark.parametrize(("lag_s", "late"), [(0.0059, False), (0.0061, True), (None, False)])
def test_a_late_loop_is_a_reason(lag_s: float | None, late: bool) -> None:  # noqa: FBT001 - a table
    stats = {**QUIET, "loop_lag_s": {"ticks": 1000, "p99": lag_s}}
    verdict = judged(observed(server_stats=stats))
    assert (verdict.reasons != ()) == late
    assert verdict.measures.server.saturated is late
    if late:
        assert "6.1 ms, where 6 ms is tolerable" in only(verdict)
        assert "raise server.workers or lower in_flight" in only(verdict)


@pytest.mark.parametrize(("ticks", "late"), [(1000, True), (200, True), (199, False), (100, False)])
def test_a_few_ticks_do_not_carry_a_high_percentile(ticks: int, late: bool) -> None:  # noqa: FBT001 - a table
    """One hiccup among fifty ticks is the machine's, not a server that cannot keep up."""
    stats = {**QUIET, "loop_lag_s": {"ticks": ticks, "p90": 0.001, "p95": 0.007, "p99": 0.009}}
    assert (judged(observed(server_stats=stats)).reasons != ()) == late


def test_on_a_disturbed_machine_a_late_loop_is_only_a_warning() -> None:
    stats = {**QUIET, "loop_lag_s": {"ticks": 1000, "p99": 0.050}}
    verdict = judged(observed(server_stats=stats, foreign_s=1.0))
    assert verdict.disturbed
    assert verdict.reasons == ()
    assert verdict.measures.server.saturated is False
    (warning,) = verdict.warnings
    assert "loop was late" in warning
    # The delay error decides whether it mattered.
    slow = judged(observed(samples(delay_error_ns=20 * MS), server_stats=stats, foreign_s=1.0))
    assert "longer than asked" in only(slow)


def test_busy_stays_a_reason_on_a_disturbed_machine() -> None:
    verdict = judged(observed(server_cpu_s=1.4, foreign_s=1.0))
    assert verdict.disturbed
    assert verdict.measures.server.saturated is True
    assert "bottleneck" in only(verdict)


def test_errors_are_counted_by_kind_with_the_first_ones_words_and_what_to_do() -> None:
    errors = {3: "parse: ValueError", 4: "parse: ValueError", 5: "status: 500"}
    first = {"kind": "parse: ValueError", "page": 3, "message": "ValueError: no title"}
    reason = only(judged(observed(samples(errors=errors), errors=(first,))))
    assert "3 of 100 jobs failed (2 × parse: ValueError, 1 × status: 500)" in reason
    assert "first: page 3: ValueError: no title" in reason
    assert "mend the parser" in reason
    assert (
        "1 of 1 job failed" in judged(observed(samples(1, errors={0: "x"})), limits=Limits(0, 0)).reasons[0]
    )


def test_a_short_window_names_what_to_raise() -> None:
    jobs = samples(28)  # seven times 60 ms
    reason = only(judged(observed(jobs), limits=Limits(0.5, 1)))
    assert reason == "the window of 420 ms is shorter than 500 ms; raise job.pages"
    assert judged(observed(jobs), limits=Limits(0.42, 1)).reasons == ()
    short = only(judged(observed(jobs, duration_s=0.45), limits=Limits(0.5, 1)))
    assert short == "the window of 450 ms is shorter than 500 ms; raise job.duration"


def test_few_jobs_for_each_in_flight_name_what_to_raise_and_to_how_many() -> None:
    jobs = samples(39)
    reason = only(judged(observed(jobs)))
    assert reason == "39 jobs for 4 in flight, fewer than 10 for each; raise job.pages to 40"
    assert judged(observed(samples(40))).reasons == ()
    timed = only(judged(observed(jobs, duration_s=0.6)))
    assert timed == "39 jobs for 4 in flight, fewer than 10 for each; raise job.duration"


def test_unfinished_and_failed_jobs_count_as_jobs() -> None:
    starts = [i * 15 * MS for i in range(40)]
    # 36 are ready before 590 ms, the others after.
    assert (
        judged(observed(samples(40, start_ns=starts), duration_s=0.59), limits=Limits(0.4, 10)).reasons == ()
    )
    failed = judged(observed(samples(40, errors={0: "x"})))
    assert len(failed.reasons) == 1


@pytest.mark.parametrize(
    ("opened", "words"), [(1, "1 connection was opened"), (3, "3 connections were opened")]
)
def test_connections_opened_inside_the_window_are_a_reason(opened: int, words: str) -> None:
    reason = only(judged(observed(server_stats={**QUIET, "connections_opened": opened})))
    assert words in reason
    assert "job.client" in reason
    assert judged(observed(server_stats={**QUIET, "connections_opened": None})).reasons == ()


def failing() -> Observed:
    """Two of 400 jobs were given up after their second attempt; a third got its page with it."""
    jobs = samples(400, errors={7: "fetch: ConnectionResetError", 9: "status: 503"})
    attempts = np.ones(400, dtype=np.int64)
    attempts[[7, 9, 11]] = 2
    return observed(replace(jobs, attempt=attempts))


def meant(page: int, attempt: int, kind: str) -> bool:
    return attempt == 2 and (page, kind) in {(7, "fetch: ConnectionResetError"), (9, "status: 503")}


def test_failures_that_the_server_was_to_make_count_where_they_are_allowed() -> None:
    seen = failing()
    found = measure(seen, "equal")
    assert (found.given_up, found.pages, found.attempts) == (2, 398, 403)
    assert found.attempts_per_page == pytest.approx(403 / 398)
    allowed = replace(LIMITS, failures_allowed=True)

    def verdict(limits: Limits, injected: Any = meant) -> Verdict:
        return judge(seen, found, limits=limits, in_flight=4, server_workers=1, injected=injected)

    assert verdict(allowed).reasons == ()
    told = only(verdict(LIMITS))
    assert "2 of 400 jobs failed (1 × fetch: ConnectionResetError, 1 × status: 503)" in told
    assert "raise job.retries.attempts, or set job.failures: allowed" in told
    own = only(verdict(allowed, lambda page, *_: page == 7))
    assert "1 of them by no fault that the server was to make" in own
    assert "every job to succeed" in only(verdict(LIMITS, lambda *_: False))


def test_a_parser_that_raises_is_never_what_the_server_was_to_make() -> None:
    seen = observed(samples(400, errors={3: "parse: ValueError"}))
    limits = replace(LIMITS, failures_allowed=True)
    found = judge(
        seen, measure(seen, "equal"), limits=limits, in_flight=4, server_workers=1, injected=lambda *_: True
    )
    assert "mend the parser" in only(found)


def test_an_attempt_that_failed_may_cost_its_connection() -> None:
    for opened, valid in ((3 + 4, True), (3 + 4 + 1, False)):
        seen = replace(failing(), server_stats={**QUIET, "requests": 400, "connections_opened": opened})
        limits = replace(LIMITS, failures_allowed=True)
        found = judge(
            seen, measure(seen, "equal"), limits=limits, in_flight=4, server_workers=1, injected=meant
        )
        assert (found.reasons == ()) is valid


def test_a_job_that_is_put_aside_while_it_backs_off_is_not_in_flight() -> None:
    jobs = samples(400)
    half_ns = np.full(400, 30 * MS)
    backing = replace(jobs, backoff_ns=half_ns, asked_ns=jobs.start_ns + half_ns)
    held, aside = measure(observed(backing), "equal"), measure(observed(backing, puts_aside=True), "equal")
    assert held.in_flight_mean == measure(observed(jobs), "equal").in_flight_mean
    assert aside.in_flight_mean == pytest.approx((held.in_flight_mean or 0.0) / 2, rel=0.01)
    assert held.backoff == aside.backoff == pytest.approx(0.5, rel=0.01)


def test_a_connection_for_each_that_a_fault_has_ended_is_no_reason() -> None:
    faults = {"reset": 2, "empty": 1, "status": 5, "slow_body": 4}
    stats = {**QUIET, "connections_opened": 3, "faults": faults}
    assert judged(observed(server_stats=stats)).reasons == ()
    assert "4 connections were opened" in only(
        judged(observed(server_stats={**stats, "connections_opened": 4}))
    )


def test_a_connection_for_each_request_is_what_such_a_job_opens() -> None:
    requests = observed().server_stats["requests"]
    stats = {**QUIET, "connections_opened": requests}
    assert judged(observed(server_stats=stats), opens="each").reasons == ()
    kept = observed(server_stats={**QUIET, "connections_opened": requests - 1})
    assert f"{requests - 1} connections were opened inside the window for {requests} requests" in only(
        judged(kept, opens="each")
    )
    assert judged(kept, opens="any").reasons == ()


def test_more_jobs_in_flight_than_there_may_be_are_a_reason() -> None:
    # A job of 60 ms every 15 ms: 4 at a time. Every 12 ms: 5.
    held = judged(observed(samples(200, start_ns=[i * 15 * MS for i in range(200)])))
    assert held.reasons == ()
    assert held.measures.in_flight_mean == pytest.approx(4, rel=0.02)
    over = observed(samples(200, start_ns=[i * 12 * MS for i in range(200)]))
    assert "jobs were in flight on average, more than the 4 that it may hold" in only(judged(over))
    assert judged(over, in_flight=5).reasons == ()


def test_several_reasons_are_all_told() -> None:
    stats = {**QUIET, "requests": 8, "connections_opened": 2}
    seen = observed(samples(8, errors={0: "x"}), server_stats=stats, server_cpu_s=0.01)
    told = ("failed", "window", "in flight", "connections")
    assert len(judged(seen).reasons) == len(told)
    assert all(word in reason for word, reason in zip(told, judged(seen).reasons, strict=True))


@pytest.mark.parametrize(
    ("steal", "foreign", "disturbed"),
    [
        (0.05, 0.04, False),
        (0.06, 0.05, True),
        (0.0, 0.11, True),
        (0.11, 0.0, True),
        (None, 0.5, False),
        (0.5, None, False),
        (None, None, False),
    ],
)
def test_steal_and_foreign_together_disturb_from_a_tenth_of_the_machine(
    steal: float | None,
    foreign: float | None,
    disturbed: bool,  # noqa: FBT001 - a table
) -> None:
    assert is_disturbed(measures(disturbance=Disturbance(steal, foreign))) is disturbed


@pytest.mark.parametrize(
    ("cores", "used", "steal", "foreign", "disturbed"),
    [
        (2, 1.9, 0.0, 0.04, False),
        (2, 1.9, 0.0, 0.12, True),
        (2, 0.05, 0.0, 0.25, False),  # half a core, where the job waits and one and a half are idle
        (2, 0.05, 0.12, 0.0, True),  # what the host takes is taken from the job
        (2, 0.05, 0.0, 0.9, True),
        (64, 60.0, 0.0, 0.1, True),  # 6.4 cores, where four were left
        (64, 8.0, 0.0, 0.09, False),
    ],
)
def test_what_disturbs_is_related_to_the_cores_that_were_used_and_left_idle(
    cores: int,
    used: float,
    steal: float,
    foreign: float,
    disturbed: bool,  # noqa: FBT001 - a table
) -> None:
    taken = Disturbance(steal, foreign, cores)
    assert is_disturbed(measures(disturbance=taken, cores_used=used)) is disturbed


def test_what_cannot_be_read_here_rejects_nothing() -> None:
    verdict = judged(observed(samples(stamped=False), readable=False, same_clock=False))
    assert verdict.reasons == ()
    assert verdict.warnings == ()
    assert not verdict.disturbed


def opened(late_ms: float, count: int = 1_200, **options: Any) -> Observed:
    """Jobs 100 ms apart, each started late though its worker was waiting."""
    due = [k * 100 * MS for k in range(count)]
    made = samples(count, start_ns=[moment + round(late_ms * MS) for moment in due])
    jobs = replace(made, due_ns=made.start_ns - round(late_ms * MS))
    return observed(jobs, arrivals=OpenArrivals(4, ()), **options)


@pytest.mark.parametrize(("late_ms", "valid"), [(5.9, True), (6.1, False)])
def test_a_dispatcher_later_than_a_tenth_of_the_service_time_is_invalid(late_ms: float, valid: bool) -> None:  # noqa: FBT001 - a table
    verdict = judged(opened(late_ms))
    assert (verdict.reasons == ()) == valid
    if not valid:
        assert "started up to 6.1 ms after they were due though a worker was waiting" in only(verdict)
        assert "lower arrivals.rate or raise validity.delay_tolerance" in only(verdict)


def test_on_a_disturbed_machine_a_late_dispatcher_is_a_warning() -> None:
    verdict = judged(opened(7, foreign_s=100.0))
    assert verdict.disturbed
    assert verdict.reasons == ()
    assert "though a worker was waiting" in verdict.warnings[0]


def test_a_backlog_never_invalidates_nor_widens_a_tolerance() -> None:
    # Started ever later: the last of them after 30 s of waiting. Its own work still takes 60 ms, and bears 6.
    made = samples(400, start_ns=[k * 60 * MS for k in range(400)], delay_error_ns=7 * MS)
    jobs = replace(made, due_ns=made.start_ns - np.arange(400) * 30 * MS)
    seen = observed(jobs, arrivals=OpenArrivals(1, ()))
    assert "7 ms longer than asked, more than the 6 ms" in only(judged(seen))
    fine = samples(400, start_ns=[k * 60 * MS for k in range(400)])
    jobs = replace(fine, due_ns=fine.start_ns - np.arange(400) * 30 * MS)
    verdict = judged(observed(jobs, arrivals=OpenArrivals(1, ())))
    assert verdict.measures.arrivals is not None
    assert verdict.measures.arrivals.unstable
    assert verdict.reasons == ()


def test_open_arrivals_need_not_fill_the_jobs_in_flight_but_a_window() -> None:
    few = opened(0, count=10)
    assert judged(few, in_flight=64).reasons == ()
    assert "fewer than 10 for each" in only(judged(replace(few, arrivals=None), in_flight=64))
    assert "shorter than 2 s" in only(judged(few, limits=Limits(2.0, 10)))


def test_the_remedy_is_the_key_that_makes_a_repetition_longer() -> None:
    short = only(judged(observed(samples(40)), limits=Limits(9.0, 0)))
    assert short.endswith("raise job.pages")
    sized = only(judged(observed(samples(40)), limits=Limits(9.0, 0, lengthen="budget")))
    assert sized.endswith("raise budget")


def test_time_for_which_a_containers_limit_stopped_the_job_is_named() -> None:
    seen = observed()
    assert judged(seen).warnings == ()
    stopped = replace(
        seen, ready=replace(seen.ready, throttled_s=3.0), parked=replace(seen.parked, throttled_s=3.4)
    )
    (warning,) = judged(stopped).warnings
    assert "CPU limit stopped job and server for 400 ms in a window of 1.5" in warning
    assert "raise the limit" in warning
    assert judged(replace(stopped, parked=replace(seen.parked, throttled_s=3.001))).warnings == ()


def test_what_idle_servers_of_the_same_run_use_is_not_foreign() -> None:
    alone = measure(observed(foreign_s=0.5), "equal").disturbance.foreign
    seen = observed(foreign_s=0.8)
    with_idle = replace(
        seen,
        ready=replace(seen.ready, idle_servers=CpuTime(1_000 * MS, 0)),
        parked=replace(seen.parked, idle_servers=CpuTime(1_300 * MS, 0)),
    )
    assert measure(with_idle, "equal").disturbance.foreign == pytest.approx(alone)


def test_what_a_disturbance_did_is_a_warning_where_disturbed_rounds_are_taken_as_they_are() -> None:
    taken = Limits(0.5, 10, disturbed_counts=True)
    for disturbed, late in (
        (observed(samples(delay_error_ns=20 * MS), foreign_s=1.0), observed(samples(delay_error_ns=20 * MS))),
        (observed(server_cpu_s=1.4, foreign_s=1.0), observed(server_cpu_s=1.4)),
    ):
        verdict = judged(disturbed, limits=taken)
        assert (verdict.reasons, len(verdict.warnings)) == ((), 1)
        assert judged(late, limits=taken).reasons, "what nothing disturbed is the scenario's own"
