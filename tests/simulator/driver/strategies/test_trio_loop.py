"""The shard on trio's loop: it does what the one on asyncio's does."""

import os
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pytest

from simulator.driver.shared.failure import Failure
from simulator.driver.shared.recorder import COLUMNS
from simulator.driver.spec import Spec
from simulator.driver.strategies.interface import Emit, Outcome, ShardPlan
from simulator.driver.tickets import open_tickets
from simulator.driver.ticks import TICK_NS
from tests.simulator.driver.jobs import MS, S, spec

trio = pytest.importorskip("trio")
from simulator.driver.strategies.trio_loop import TrioShard  # noqa: E402 - which needs trio

WIDTH = 4


class Server:
    """Answers after a millisecond; each page as often with 503 as its number modulo 3 says, where that is asked for."""

    def __init__(self, *, fails: bool = False, broken: Exception | None = None) -> None:
        self.in_flight = self.most = self.closed = 0
        self.fails, self.broken = fails, broken

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        if "?" in url:
            return 200, {}, b""
        page = int(url.rpartition("/")[2])
        attempt = 1 if headers is None else int(headers["X-Request-Id"].partition("-")[2])
        if page == 7 and self.broken is not None:
            raise self.broken
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await trio.sleep(0.001)
        self.in_flight -= 1
        return (503 if self.fails and attempt <= page % 3 else 200), {}, b"page"

    async def close(self) -> None:
        self.closed += 1


def done(
    server: Server, made: Spec, parse: Callable[..., Any] | None = None, emit: Emit | None = None
) -> tuple[Outcome, dict[str, list[int]]]:
    """Return the outcome and the columns of a job's window."""

    class Shard(TrioShard):
        def _open_parse(self) -> Any:
            return parse or super()._open_parse()

    plan = ShardPlan(made, open_tickets(made), WIDTH, emit=emit)
    shard = Shard(plan, opened=lambda _spec, _width: lambda: server)
    shard.start()
    try:
        shard.warm_up()
        shard.run()
    finally:
        shard.release()
        shard.release()
    assert server.closed == WIDTH
    jobs = [numbers for log in shard.outcome.logs for numbers, _, _ in log.jobs()]
    return shard.outcome, {name: [numbers[i] for numbers in jobs] for i, name in enumerate(COLUMNS)}


def test_every_page_is_done_once_within_the_bound() -> None:
    server = Server()
    outcome, columns = done(server, spec(None, pages=40))
    assert sorted(columns["page"]) == list(range(40))
    assert server.most == WIDTH
    assert set(columns["worker"]) == {0}
    assert set(columns["fetch_cpu_ns"]) == {-1}
    assert outcome.notes["loop"].startswith("trio ")


@pytest.fixture(params=["timerfd", "no timerfd", "a timerfd is forbidden"])
def timers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_here() -> Any:
        raise AttributeError

    def forbidden() -> Any:
        return (lambda: os.open("/no/such/file", os.O_RDONLY)), None

    if request.param != "timerfd":
        calls = none_here if request.param == "no timerfd" else forbidden
        monkeypatch.setattr("simulator.driver.timerfd.system_calls", calls)


@pytest.mark.usefixtures("timers")
def test_jobs_that_come_by_themselves_begin_when_they_are_due() -> None:
    _, columns = done(Server(), spec("constant", 1000.0, pages=60))
    assert sorted(columns["page"]) == list(range(60))
    assert all(start >= due for start, due in zip(columns["start_ns"], columns["due_ns"], strict=True))


@pytest.mark.parametrize("hold", [True, False], ids=["held", "put aside"])
def test_attempts_are_made_again(*, hold: bool) -> None:
    retries = {
        "attempts": 4,
        "on": ["status 503"],
        "first_ns": MS,
        "factor": 1.0,
        "most_ns": S,
        "jitter": "none",
        "honour_retry_after": True,
        "hold_slot": hold,
    }
    server = Server(fails=True)
    _, columns = done(server, spec(None, pages=30, retries=retries))
    assert dict(zip(columns["page"], columns["attempt"], strict=True)) == {
        page: page % 3 + 1 for page in range(30)
    }
    assert server.most <= WIDTH


@pytest.mark.usefixtures("timers")
def test_a_blocked_loop_counts_every_tick_that_it_missed() -> None:
    def blocks(page: int, _body: bytes) -> None:
        until = time.perf_counter() + (0.1 if page == 7 else 0)
        while time.perf_counter() < until:
            pass

    outcome, _ = done(Server(), spec(None, pages=20), blocks)
    late = outcome.loop_lag_ns
    assert len(late) >= 9
    assert [one - other for one, other in pairwise(late)].count(TICK_NS) >= 7


def test_nothing_is_asked_where_nothing_is_to_be_measured() -> None:
    outcome, columns = done(Server(), spec(None, pages=20, instrument=False))
    assert not outcome.loop_lag_ns
    assert not any(columns["start_ns"])


def test_what_a_client_raises_is_one_job_s_error() -> None:
    outcome, columns = done(Server(broken=ConnectionResetError()), spec(None, pages=20))
    assert len(columns["page"]) == 20
    assert [error["kind"] for error in outcome.errors] == ["fetch: ConnectionResetError"]


@pytest.mark.parametrize("error", [Failure("failed", "it is told"), RuntimeError("it is told")])
def test_what_breaks_a_task_ends_all_and_is_told_without_the_groups_it_came_in(error: Exception) -> None:
    def emit(numbers: Any, _record: Any, _error: str) -> None:
        if numbers[0] == 7:
            raise error

    with pytest.raises(Failure, match="it is told"):
        done(Server(), spec(None, pages=20), emit=emit)
