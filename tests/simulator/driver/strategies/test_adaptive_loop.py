"""As many tasks as answers allow: the shard, the tickets and the limit are the real ones; loop and server simulated."""

import asyncio
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import pytest

from simulator.driver.due_timer import LoopTimer
from simulator.driver.shared.failure import Failure
from simulator.driver.shared.recorder import COLUMNS
from simulator.driver.spec import Spec
from simulator.driver.strategies.adaptive_loop import AdaptiveShard
from simulator.driver.strategies.event_loop import LoopParts
from simulator.driver.strategies.interface import Outcome, ShardPlan
from simulator.driver.tickets import open_tickets
from tests.simulator.driver.jobs import MS, S, spec
from tests.simulator.driver.virtual import Clock, VirtualLoop

MOST = 64


class Server:
    """Serves 16 at a time, each for 50 ms; refuses what comes beyond so many in flight."""

    def __init__(self, refuses_beyond: int = MOST, broken: BaseException | None = None) -> None:
        self.at_a_time = asyncio.Semaphore(16)
        self.in_flight = self.most = 0
        self.refuses_beyond, self.broken = refuses_beyond, broken

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        if "?" in url:
            return 200, {}, b""
        if self.broken is not None and url.endswith("/77"):
            raise self.broken
        refused = headers is None and self.in_flight >= self.refuses_beyond
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            async with self.at_a_time:
                await asyncio.sleep(0.05)
        finally:
            self.in_flight -= 1
        return (429 if refused else 200), {}, b"page"

    async def close(self) -> None:
        pass


def done(server: Server, made: Spec) -> tuple[Outcome, dict[str, list[int]], list[str]]:
    """Return the outcome, the columns and the errors of a job's window."""
    clock = Clock(1000 * S)
    new_loop: Callable[[str], asyncio.AbstractEventLoop] = lambda _: VirtualLoop(clock)  # noqa: E731
    parts = LoopParts(clock, new_loop, lambda _spec, _width: lambda: server, lambda: LoopTimer(clock))
    shard = AdaptiveShard(ShardPlan(made, open_tickets(made, clock=clock), MOST), parts)
    shard.start()
    try:
        shard.run()
    finally:
        shard.release()
    jobs = [job for log in shard.outcome.logs for job in log.jobs()]
    columns = {name: [numbers[i] for numbers, _, _ in jobs] for i, name in enumerate(COLUMNS)}
    return shard.outcome, columns, [error for _, _, error in jobs if error]


def test_it_settles_where_a_server_begins_to_queue_and_every_page_is_done_once() -> None:
    outcome, columns, errors = done(Server(), spec(None, pages=1500))
    assert sorted(columns["page"]) == list(range(1500))
    assert not errors
    assert 16 <= outcome.notes["settled_in_flight"] <= 26
    took_s = (max(columns["ready_ns"]) - 1000 * S) / 1e9
    busy_s = sum(b - a for a, b in zip(columns["start_ns"], columns["ready_ns"], strict=True)) / 1e9
    assert busy_s / took_s < 30
    assert took_s < 1.15 * 1500 * 0.05 / 16
    # 64 in flight would take 200 ms each.
    assert median(b - a for a, b in zip(columns["start_ns"], columns["ready_ns"], strict=True)) <= 100 * MS


def test_a_fixed_duration_ends_and_so_do_all_tasks() -> None:
    _, columns, _ = done(Server(), spec(None, pages=None, duration_ns=S))
    assert sorted(columns["page"]) == list(range(len(columns["page"])))
    assert max(columns["start_ns"]) <= 1001 * S


@pytest.mark.parametrize("hold", [True, False], ids=["held", "put aside"])
def test_jobs_that_are_refused_are_tried_again_by_fewer_tasks(*, hold: bool) -> None:
    retries = {
        "attempts": 3,
        "on": ["status 429"],
        "first_ns": 20 * MS,
        "factor": 1.0,
        "most_ns": S,
        "jitter": "none",
        "honour_retry_after": True,
        "hold_slot": hold,
    }
    outcome, columns, errors = done(Server(refuses_beyond=8), spec(None, pages=600, retries=retries))
    assert sorted(columns["page"]) == list(range(600))
    assert not errors
    assert max(columns["attempt"]) == 2
    assert outcome.notes["settled_in_flight"] <= 10


def test_jobs_that_come_by_themselves_begin_when_they_are_due() -> None:
    _, columns, _ = done(Server(), spec("constant", 100.0, pages=300))
    assert sorted(columns["page"]) == list(range(300))
    assert all(start >= due for start, due in zip(columns["start_ns"], columns["due_ns"], strict=True))


def test_what_a_client_raises_is_one_job_s_error() -> None:
    _, columns, errors = done(Server(broken=ConnectionResetError()), spec(None, pages=300))
    assert len(columns["page"]) == 300
    assert errors == ["fetch: ConnectionResetError"]


def test_a_task_that_breaks_ends_them_all() -> None:
    class Broken(BaseException):
        pass

    with pytest.raises((Broken, Failure)):
        done(Server(broken=Broken()), spec(None, pages=300))


def test_a_client_that_cancels_its_own_task_ends_them_all() -> None:
    with pytest.raises((asyncio.CancelledError, Failure)):
        done(Server(broken=asyncio.CancelledError()), spec(None, pages=78))
