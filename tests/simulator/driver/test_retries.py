"""Which attempts are made again, after which wait, and that threads and a loop do the same with the same answers."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.driver.due_timer import LoopTimer
from simulator.driver.shared.attempts import do_jobs_put_aside, do_jobs_with_retries
from simulator.driver.shared.recorder import COLUMNS, ErrorLog, Recorder, SampleLog
from simulator.driver.shared.retries import NEVER, Policy, outcome_of, retry_after_ns
from simulator.driver.strategies.event_loop import EventLoopShard, LoopParts
from simulator.driver.strategies.interface import ShardPlan
from simulator.driver.tickets import open_tickets
from tests.simulator.driver.jobs import MS, S, spec
from tests.simulator.driver.virtual import Clock, VirtualLoop

DEFAULT: dict[str, Any] = {
    "attempts": 4,
    "on": ["timeout", "reset", "status 429", "status 5xx"],
    "first_ns": 100 * MS,
    "factor": 2.0,
    "most_ns": 5 * S,
    "jitter": "full",
    "honour_retry_after": True,
}


def policy(**changes: Any) -> Policy:
    return Policy(7, {**DEFAULT, **changes})


def test_waits_double_up_to_the_longest() -> None:
    made = policy(jitter="none", attempts=100)
    assert [made.backoff_ns(0, attempt) for attempt in (1, 2, 3, 6, 7, 99, 10_000)] == [
        100 * MS, 200 * MS, 400 * MS, 3200 * MS, 5 * S, 5 * S, 5 * S,
    ]  # fmt: skip


@given(page=st.integers(0, 10**6), attempt=st.integers(1, 60))
def test_a_jittered_wait_is_a_share_of_the_whole_that_depends_on_seed_page_and_attempt_alone(
    page: int, attempt: int
) -> None:
    wait_ns = policy().backoff_ns(page, attempt)
    assert wait_ns == policy().backoff_ns(page, attempt)
    assert 0 <= wait_ns < policy(jitter="none").backoff_ns(page, attempt)


def test_jitter_is_even_and_independent_from_attempt_to_attempt() -> None:
    pages, made = 4000, policy(factor=1.0)
    first = [made.backoff_ns(page, 1) / (100 * MS) for page in range(pages)]
    second = [made.backoff_ns(page, 2) / (100 * MS) for page in range(pages)]
    tenths = Counter(int(10 * share) for share in first)
    assert set(tenths) == set(range(10))
    assert all(abs(n - pages / 10) < 5 * (pages / 10) ** 0.5 for n in tenths.values())
    product = sum((a - 0.5) * (b - 0.5) for a, b in zip(first, second, strict=True)) / pages
    assert abs(product * 12) < 5 / pages**0.5


class OfALibraryTimeout(Exception):  # noqa: N818 - as libraries name theirs
    pass


class OfALibrary(Exception):  # noqa: N818 - as libraries name theirs
    pass


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TimeoutError(), "timeout"),
        (OfALibraryTimeout(), "timeout"),
        (OfALibrary(28, "Operation timed out"), "timeout"),
        (ConnectionResetError(), "reset"),
        (OfALibrary("peer closed connection"), "reset"),
        (EOFError(), "reset"),
        (TypeError("a mistake in the client"), None),
    ],
)
def test_what_clients_raise_is_a_time_out_a_broken_connection_or_a_mistake(
    error: Exception, outcome: str | None
) -> None:
    assert outcome_of(error) == outcome


def test_only_what_is_listed_is_tried_again_and_only_so_often() -> None:
    made = policy(on=["status 503"], jitter="none")
    assert made.after_status(0, 1, 503, {}) == 100 * MS
    assert made.after_status(0, 1, 500, {}) == NEVER
    assert made.after_error(0, 1, TimeoutError()) == NEVER
    assert made.after_status(0, 4, 503, {}) == NEVER
    assert policy(jitter="none").after_error(0, 2, TimeoutError()) == 200 * MS


def test_a_retry_after_is_honoured_unless_it_is_not_to_be() -> None:
    told = {"retry-after": "2"}
    assert policy().after_status(0, 1, 429, told) == 2 * S
    assert policy(honour_retry_after=False).after_status(0, 1, 429, told) < 100 * MS
    assert policy(jitter="none", first_ns=5 * S).after_status(0, 1, 429, told) == 5 * S


def test_a_retry_after_is_seconds_or_a_date_and_nothing_else() -> None:
    assert retry_after_ns(" 3 ") == 3 * S
    assert retry_after_ns("soon") == retry_after_ns("-1") == retry_after_ns("") == 0
    assert retry_after_ns("9" * 400) == 3600 * S
    in_a_minute = datetime.now(UTC) + timedelta(minutes=1)
    assert 55 * S < retry_after_ns(format_datetime(in_a_minute, usegmt=True)) <= 60 * S
    assert retry_after_ns("Wed, 21 Oct 2015 07:28:00 GMT") == 0


class Server:
    """Answers after 40 ms of a simulated clock: each page as often with a failure as its number modulo 4 says."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[tuple[int, int, int]] = []
        """Moment, page and attempt of each request."""

    def begun(self, url: str, headers: Mapping[str, str] | None) -> tuple[int, int]:
        page, attempt = int(url.rpartition("/")[2]), 1
        if headers is not None:
            job, _, number = headers["X-Request-Id"].partition("-")
            assert int(job) == page
            attempt = int(number)
        self.asked.append((self.clock(), page, attempt))
        return page, attempt

    def answered(self, page: int, attempt: int) -> tuple[int, Mapping[str, str], bytes]:
        if attempt > page % 4:
            return 200, {}, b"page"
        if page % 3 == 0:
            raise ConnectionResetError
        return (429, {"retry-after": "1"}, b"") if page % 3 == 1 else (503, {}, b"")

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        asked = self.begun(url, headers)
        self.clock.now_ns += 40 * MS
        return self.answered(*asked)


class Client:
    """The same on a loop."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        if "?" in url:
            return 200, {}, b""
        asked = self._server.begun(url, headers)
        await asyncio.sleep(0.04)
        return self._server.answered(*asked)

    async def close(self) -> None:
        pass


Row = dict[str, int]


def by_page(log: SampleLog) -> dict[int, tuple[Row, str]]:
    return {numbers[0]: (dict(zip(COLUMNS, numbers, strict=True)), error) for numbers, _, error in log.jobs()}


def in_a_thread(pages: int, *, hold: bool, **changes: Any) -> tuple[Server, dict[int, tuple[Row, str]]]:
    clock = Clock(1000 * S)
    server, log, numbers = Server(clock), SampleLog(), count()
    recorder = Recorder(0, log.add, ErrorLog(), clock, lambda: 0, True)

    def claim() -> int:
        page = next(numbers)
        return page if page < pages else -1

    def sleep_until(moment: int) -> int:
        clock.now_ns = max(clock.now_ns, moment)
        return moment

    def parse(_page: int, body: bytes) -> int:
        return len(body)

    made = policy(**changes)
    if hold:
        do_jobs_with_retries(
            server.fetch, "/pages/", parse, claim, recorder, None, sleep_until, False, made, clock
        )
    else:
        do_jobs_put_aside(server.fetch, "/pages/", parse, claim, recorder, sleep_until, False, made, clock)
    return server, by_page(log)


def on_a_loop(
    pages: int, *, hold: bool, width: int = 1, **changes: Any
) -> tuple[Server, dict[int, tuple[Row, str]]]:
    clock = Clock(1000 * S)
    server = Server(clock)
    made = spec(None, pages=pages, seed=7, retries={**DEFAULT, "hold_slot": hold, **changes})
    new_loop: Callable[[str], asyncio.AbstractEventLoop] = lambda _: VirtualLoop(clock)  # noqa: E731
    parts = LoopParts(clock, new_loop, lambda _spec, _width: lambda: Client(server), lambda: LoopTimer(clock))
    shard = EventLoopShard(ShardPlan(made, open_tickets(made, clock=clock), width), parts)
    shard.start()
    shard.run()
    shard.release()
    (log,) = {id(log): log for log in shard.outcome.logs}.values() if width == 1 else shard.outcome.logs[:1]
    return server, by_page(log)


@pytest.mark.parametrize("hold", [True, False])
def test_a_thread_and_a_loop_make_the_same_attempts(*, hold: bool) -> None:
    threads, of_threads = in_a_thread(24, hold=hold)
    loop, of_loop = on_a_loop(24, hold=hold)
    assert [asked[1:] for asked in threads.asked] == [asked[1:] for asked in loop.asked]
    assert of_threads.keys() == of_loop.keys() == set(range(24))
    for page, (row, error) in of_threads.items():
        other, other_error = of_loop[page]
        assert (row["attempt"], row["backoff_ns"], error) == (
            other["attempt"],
            other["backoff_ns"],
            other_error,
        )
        assert row["attempt"] == page % 4 + 1
        assert not error
        assert row["earlier_ns"] == other["earlier_ns"] == (page % 4) * 40 * MS
        if hold:
            assert row["asked_ns"] - row["start_ns"] == row["backoff_ns"] + row["earlier_ns"]


def test_a_job_keeps_its_slot_while_it_backs_off_or_is_put_aside_for_others() -> None:
    held, _ = in_a_thread(8, hold=True)
    assert [page for _, page, _ in held.asked] == sorted(page for _, page, _ in held.asked)
    aside, rows = in_a_thread(8, hold=False)
    first_attempts = [page for _, page, attempt in aside.asked if attempt == 1]
    assert first_attempts == list(range(8))
    assert [page for _, page, _ in aside.asked] != sorted(page for _, page, _ in aside.asked)
    made = policy()
    moments = {(page, attempt): moment for moment, page, attempt in aside.asked}
    for page, (row, _) in rows.items():
        waited = 0
        for attempt in range(1, row["attempt"]):
            # Never before its wait is over, from the end of the attempt that failed.
            wait_ns = max(made.backoff_ns(page, attempt), S if page % 3 == 1 else 0)
            assert moments[page, attempt + 1] >= moments[page, attempt] + 40 * MS + wait_ns
            waited += wait_ns
        assert row["backoff_ns"] == waited
        assert row["asked_ns"] == moments[page, row["attempt"]]
        assert row["start_ns"] == moments[page, 1]


@pytest.mark.parametrize("hold", [True, False])
def test_a_job_that_is_given_up_is_recorded_with_its_last_attempt(*, hold: bool) -> None:
    for _, rows in (in_a_thread(12, hold=hold, attempts=2), on_a_loop(12, hold=hold, attempts=2)):
        errors = {page: error for page, (_, error) in rows.items() if error}
        assert set(errors) == {page for page in range(12) if page % 4 >= 2}
        assert errors[3] == "fetch: ConnectionResetError"
        assert errors[7] == "status: 429"
        assert errors[2] == "status: 503"
        assert {rows[page][0]["attempt"] for page in errors} == {2}


def test_without_retries_a_job_has_one_attempt_that_began_with_it() -> None:
    log, clock = SampleLog(), Clock(5)
    recorder = Recorder(0, log.add, ErrorLog(), clock, lambda: 0, True)
    recorder.fetched(3, 0, 2, 200, b"", lambda _page, _body: None)
    ((row, _),) = by_page(log).values()
    assert (row["attempt"], row["asked_ns"], row["backoff_ns"]) == (1, 2, 0)
