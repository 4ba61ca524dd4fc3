import time

import pytest

from simulator.driver.loop_lag import TICK_S, lag_ns


def busy() -> None:
    until = time.perf_counter() + 0.05
    while time.perf_counter() < until:
        pass


@pytest.mark.alone
def test_an_idle_loop_ticks_on_schedule_and_a_blocked_one_counts_every_tick_it_missed() -> None:
    idle, blocked = lag_ns(None, 0.2), lag_ns(busy, 0.2)
    # As many ticks are due in both; a loop that is blocked for 50 ms at a time is late by up to that.
    assert len(idle) >= 0.15 / TICK_S
    assert len(blocked) >= 0.15 / TICK_S
    assert max(blocked) > 35e6
    assert sorted(blocked)[len(blocked) // 2] > 10e6
