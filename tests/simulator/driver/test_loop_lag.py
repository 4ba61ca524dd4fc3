"""One ruler for every loop: a tick is as late as the clock says, whatever kind of loop it runs on."""

import asyncio
import time
from itertools import pairwise
from typing import Any

import pytest
import uvloop

from simulator.driver.loop_lag import LoopLag, lag_ns
from simulator.driver.ticks import TICK_NS

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


@pytest.fixture(params=["timerfd", "the loop's own timers"], autouse=True)
def ticker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "timerfd":

        def none_here() -> None:
            raise AttributeError

        monkeypatch.setattr("simulator.driver.timerfd.system_calls", none_here)


def spin(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


@pytest.mark.parametrize("new_loop", LOOPS)
def test_a_blocked_loop_counts_every_tick_that_it_missed(new_loop: Any) -> None:
    late: list[int] = []

    async def blocked() -> None:
        lag = LoopLag(late)
        spin(0.1)
        await asyncio.sleep(0.0001)
        lag.stop()

    loop = new_loop()
    try:
        loop.run_until_complete(blocked())
    finally:
        loop.close()
    assert len(late) >= 9
    # One tick after another was missed: each is 10 ms less late than the one before it.
    gaps = [one - other for one, other in pairwise(late)]
    assert gaps.count(TICK_NS) >= 7
    assert late[0] >= 89_000_000


@pytest.mark.parametrize("new_loop", LOOPS)
def test_lateness_is_not_counted_in_whole_milliseconds(new_loop: Any) -> None:
    late = lag_ns(None, 0.2, new_loop)
    assert len(late) >= 19  # late ones count as well
    assert min(late) >= 0
    # A clock of whole milliseconds gives multiples of them, a few hundred nanoseconds of rounding aside.
    assert any(1_000 < one % 1_000_000 < 999_000 for one in late)


def test_calls_on_the_loop_make_it_late() -> None:
    late = lag_ns(lambda: spin(0.05), 0.2)
    assert len(late) >= 19
    assert max(late) >= 39_000_000


def test_a_tick_that_is_due_at_the_end_counts_though_the_loop_never_came_to_it() -> None:
    late: list[int] = []

    async def ends_blocked() -> None:
        lag = LoopLag(late)
        spin(0.035)
        lag.stop()

    asyncio.run(ends_blocked())
    assert len(late) >= 3
