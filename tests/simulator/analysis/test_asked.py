from dataclasses import replace

import numpy as np
import pytest

from simulator.analysis.asked import impostures
from simulator.analysis.measures import measure
from simulator.analysis.validity import Limits, judge
from simulator.result.observation import BeforeWindow, Observed
from simulator.result.samples import UNKNOWN
from tests.simulator.analysis.builders import MS, observed, samples

ASKED_NS = 40 * MS


def of(seen: Observed) -> str:
    found = list(impostures(seen, lambda _: ASKED_NS))
    assert len(found) <= 1
    return "".join(found)


def served(seen: Observed, requests: int, errors: dict[str, int] | None = None) -> Observed:
    return replace(seen, server_stats={**seen.server_stats, "requests": requests, "errors": errors or {}})


def test_a_server_that_does_what_the_scenario_asks_for_is_no_impostor() -> None:
    assert of(observed()) == ""
    assert list(impostures(observed(), None)) == []


def test_a_delay_that_the_scenario_does_not_ask_for_makes_a_repetition_invalid() -> None:
    jobs = samples(100)
    intended = jobs.intended_ns.copy()
    intended[60:] = 5 * MS
    seen = observed(replace(jobs, intended_ns=intended))
    reason = of(seen)
    assert reason.startswith(
        "the server was reconfigured: it delayed page 60 by 5 ms where 40 ms is asked for"
    )
    assert "so 40 of 100 requests" in reason
    assert "let no other program" in reason
    verdict = judge(
        seen,
        measure(seen, "equal"),
        limits=Limits(0.0, 0),
        in_flight=4,
        server_workers=1,
        delay_ns=lambda _: ASKED_NS,
    )
    assert verdict.reasons[0] == reason


def test_delays_are_compared_page_by_page_and_only_where_they_are_known() -> None:
    jobs = samples(100)
    by_page = np.arange(100) * MS
    unknown = np.where(np.arange(100) % 3, by_page, UNKNOWN)
    seen = observed(replace(jobs, intended_ns=unknown))
    assert list(impostures(seen, lambda page: page * MS)) == []
    assert len(list(impostures(seen, lambda page: (page + 1) * MS))) == 1


def test_a_request_too_many_is_somebody_elses() -> None:
    seen = observed(samples(100))
    assert of(served(seen, 100)) == ""
    assert "it answered 101 requests where the job made 100" in of(served(seen, 101))
    assert "somebody else used the server" in of(served(seen, 100, {"404": 2}))
    assert of(served(seen, 100, {"499": 2})) == ""  # of whom is not known


def test_a_request_too_few_is_told_unless_the_client_gave_it_up() -> None:
    seen = observed(samples(100))
    assert "knows of 99 requests only where the job made 100" in of(served(seen, 99))
    broken_off = observed(samples(100, errors={3: "fetch: TimeoutError"}))
    assert of(served(broken_off, 99)) == ""
    assert "knows of 98 requests" in of(served(broken_off, 98))


def test_a_job_that_was_tried_again_made_as_many_requests_as_it_has_attempts() -> None:
    jobs = samples(100)
    attempt = jobs.attempt.copy()
    attempt[:10] = 3
    seen = observed(replace(jobs, attempt=attempt))
    assert of(served(seen, 120)) == ""
    assert "it answered 121 requests where the job made 120" in of(served(seen, 121))
    assert of(served(seen, 100)) == "", "what failed need not have come"
    assert "knows of 99 requests only where the job made 120" in of(served(seen, 99))


def test_what_was_begun_counts_also_where_it_was_given_up() -> None:
    seen = observed(samples(100))
    stats = {**seen.server_stats, "requests": 97}
    assert of(replace(seen, server_stats={**stats, "requests_begun": 100})) == ""
    assert "it got 101 requests where the job made 100" in of(
        replace(seen, server_stats={**stats, "requests_begun": 101})
    )
    assert "knows of 99 requests" in of(replace(seen, server_stats={**stats, "requests_begun": 99}))


def test_a_refused_request_was_not_to_be_delayed() -> None:
    jobs = samples(100)
    intended = jobs.intended_ns.copy()
    intended[:10] = UNKNOWN
    assert of(observed(replace(jobs, intended_ns=intended))) == ""


@pytest.mark.parametrize("kind", ["status: 404", "parse: ValueError"])
def test_an_attempt_that_failed_otherwise_was_answered(kind: str) -> None:
    seen = observed(samples(100, errors={3: kind}))
    assert of(served(seen, 99, {"404": 1})) == ""
    assert "knows of 99 requests" in of(served(seen, 99))


def test_a_server_that_counts_nothing_is_not_doubted() -> None:
    assert of(replace(observed(), server_stats={})) == ""


def test_a_change_that_shows_in_no_delay_is_told_by_its_number() -> None:
    seen = replace(observed(), generation=3, server_stats={**observed().server_stats, "generation": 3})
    assert of(seen) == ""
    changed = replace(seen, server_stats={**seen.server_stats, "generation": 5})
    assert of(changed).startswith(
        "the server was reconfigured: its configuration is number 5, where number 3 was set"
    )


def test_requests_of_jobs_that_were_ready_before_the_window_count_too() -> None:
    seen = replace(observed(samples(100)), before=BeforeWindow(jobs=30, attempts=32))
    assert of(served(seen, 132)) == ""
    assert "it answered 133 requests where the job made 132" in of(served(seen, 133))
    assert "knows of 129 requests only where the job made 132" in of(served(seen, 129))
