from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.schedule.sizing import (
    LONGEST_S,
    BudgetError,
    Gate,
    Work,
    auto,
    auto_all,
    fit,
    size,
    speeds,
    with_ramp,
)


def work(**changes: object) -> Work:
    values = {
        "cores": 2, "in_flight": 8, "processes": 0, "loop": False, "releasing": False, "wait_s": 0.05,
        "parse_cpu_s": 0.005, "client_cpu_s": 0.0002, "start_s": 0.2, "warmup": 2,
    }  # fmt: skip
    return Work(**(values | changes))  # type: ignore[arg-type]


def test_waiting_is_bound_by_what_is_in_flight() -> None:
    slow, fast = speeds(work(parse_cpu_s=0.0))
    assert slow < 8 / 0.05 < fast * 1.02


def test_computing_is_bound_by_the_cores_that_its_strategy_can_use() -> None:
    computing = {"wait_s": 0.0, "parse_cpu_s": 0.02, "client_cpu_s": 0.0}
    assert speeds(work(**computing))[1] == pytest.approx(1 / 0.02)
    assert speeds(work(**computing, processes=8))[1] == pytest.approx(2 / 0.02)
    assert speeds(work(**computing, loop=True, releasing=True))[1] == pytest.approx(1 / 0.02)
    slow, fast = speeds(work(**computing, releasing=None))
    assert fast == pytest.approx(2 / 0.02), (
        "nobody knows whether it releases the GIL: the window must be long enough"
    )
    assert slow <= 1 / 0.02, "and the time must suffice"


def test_open_arrivals_are_never_faster_than_they_arrive() -> None:
    assert speeds(work(rate_per_s=10.0)) == (10.0, 10.0)


def test_nobody_is_faster_than_the_server_lets_in() -> None:
    assert speeds(work(let_in_per_s=20.0)) == (20.0, 20.0)
    assert speeds(work(let_in_per_s=20.0, rate_per_s=10.0)) == (10.0, 10.0)
    assert speeds(work(let_in_per_s=1e6)) == speeds(work())


@given(
    in_flight=st.integers(1, 64),
    wait_s=st.floats(0, 0.5),
    parse_cpu_s=st.floats(0, 0.1),
    processes=st.booleans(),
)
def test_a_window_is_never_shorter_than_asked_at_the_fastest(
    in_flight: int, wait_s: float, parse_cpu_s: float, *, processes: bool
) -> None:
    one = work(
        in_flight=in_flight, wait_s=wait_s, parse_cpu_s=parse_cpu_s, processes=in_flight if processes else 0
    )
    found = size(one, window_s=0.65, min_jobs_per_slot=10)
    assert found.pages is not None
    assert found.pages >= 10 * in_flight
    assert found.pages / speeds(one)[1] >= 0.65 * 0.999
    assert found.total_s > found.window_s > 0.65 * 0.999


def test_a_budget_is_used_but_not_passed_and_one_group_does_the_same_pages() -> None:
    works = {
        "s": work(in_flight=1),
        "t": work(group="g"),
        "p": work(processes=8, group="g"),
        "x": work(parse_cpu_s=0.05, group="h"),
    }
    sizes = fit(works, budget_s=60, rounds=3, min_window_s=0.5, min_jobs_per_slot=10)
    assert 55 <= 3 * sum(one.total_s for one in sizes.values()) <= 60
    assert sizes["t"].pages == sizes["p"].pages != sizes["x"].pages


def test_a_budget_too_short_says_what_it_would_take() -> None:
    asked: dict[str, Any] = {"rounds": 3, "min_window_s": 0.5, "min_jobs_per_slot": 10}
    with pytest.raises(BudgetError, match=r"1 cells in 3 rounds take about \d+ s .* raise budget"):
        fit({"t": work()}, budget_s=3, limit_s=4, **asked)
    shortest = fit({"t": work()}, budget_s=3, **asked)
    assert shortest == fit({"t": work()}, budget_s=3, limit_s=30, **asked), "rather no reserve than no run"
    assert (shortest["t"].pages or 0) >= 0.5 * speeds(work())[1]


def test_a_goal_may_ask_for_more_jobs() -> None:
    sizes = fit(
        {"t": work()}, budget_s=600, rounds=1, min_window_s=0.5, min_jobs_per_slot=10, least_pages=1010
    )
    assert (sizes["t"].pages or 0) >= 1010


GATE = Gate(min_window_s=0.5, min_jobs_per_slot=10, time_limit_s=120)


@example(
    in_flight=59, wait_s=0.0, parse_cpu_s=2.0**-14, processes=False, releasing=None, cores=59
)  # more than its time limit bears
@given(
    in_flight=st.integers(1, 64),
    wait_s=st.floats(0, 0.5),
    parse_cpu_s=st.floats(0, 0.1),
    processes=st.booleans(),
    releasing=st.sampled_from([True, False, None]),
    cores=st.integers(1, 64),
)
def test_a_cell_that_sizes_itself_is_valid_at_the_fastest_and_ends_soon_at_the_slowest(
    in_flight: int, wait_s: float, parse_cpu_s: float, *, processes: bool, releasing: bool | None, cores: int
) -> None:
    one = work(
        in_flight=in_flight, wait_s=wait_s, parse_cpu_s=parse_cpu_s, processes=in_flight if processes else 0,
        releasing=releasing, cores=cores, group="g",
    )  # fmt: skip
    found = auto(one, GATE)
    slowest, fastest = speeds(one)
    assert found.pages is not None
    assert found.pages % in_flight == 0, "whole turns: no worker is idle at the end"
    assert found.pages >= 10 * in_flight
    assert found.pages / fastest >= 0.8 * 0.999
    needed = max(10 * in_flight, 0.8 * fastest, LONGEST_S * slowest) + in_flight + 1
    assert found.pages <= needed, "and no more than that takes"


def test_the_baseline_is_sized_by_itself() -> None:
    """Its jobs take as much longer as others have more in flight: of the same pages it would do for minutes."""
    slow = {"wait_s": 1.0, "parse_cpu_s": 0.0, "loop": True}
    works = {
        "sequential": work(**slow | {"in_flight": 1, "loop": False}),
        "asyncio": work(**slow, in_flight=3000, group="g"),
    }
    sizes = auto_all(works, dict.fromkeys(works, "sequential"), GATE)
    assert sizes["sequential"].pages == 10
    assert sizes["asyncio"].pages == 30_000
    assert sizes["sequential"].total_s < 20
    waiting = {
        "sequential": work(in_flight=1, wait_s=0.04, parse_cpu_s=0.0),
        "threads": work(wait_s=0.04, parse_cpu_s=0.0, group="g"),
    }
    sizes = auto_all(waiting, dict.fromkeys(waiting, "sequential"), GATE)
    assert (sizes["sequential"].pages or 0) * 5 < (sizes["threads"].pages or 0)
    assert all(0.8 < found.window_s < 1.5 for found in sizes.values())


@pytest.mark.parametrize("seed", range(12))
def test_where_delays_scatter_the_baseline_waits_as_long_for_its_pages_as_the_others(seed: int) -> None:
    waits_s = tuple(np.random.default_rng(seed).lognormal(-3, 0.6, 2000).tolist())
    one = work(wait_s=sum(waits_s) / len(waits_s), waits_s=waits_s, parse_cpu_s=0.0)
    works = {"sequential": replace(one, in_flight=1), "threads": replace(one, group="g")}
    sizes = auto_all(works, dict.fromkeys(works, "sequential"), GATE)
    alone, threads = (sizes[name].pages or 0 for name in works)
    assert sum(waits_s[:alone]) / alone == pytest.approx(sum(waits_s[:threads]) / threads, rel=0.025)
    assert sizes["sequential"].window_s < 32
    assert threads >= (auto(replace(works["threads"], waits_s=()), GATE).pages or 0)


def test_saved_pages_are_done_in_whole_passes_or_alike_by_all_that_are_compared() -> None:
    works = {
        "s": work(in_flight=1, period=7),
        "t": work(period=7, group="g"),
        "o": work(in_flight=1, period=300),
        "p": work(period=300, group="h"),
    }
    sizes = auto_all(works, {"s": "s", "t": "s", "o": "o", "p": "o"}, GATE)
    pages = {name: found.pages or 0 for name, found in sizes.items()}
    assert pages["s"] % 7 == pages["t"] % 7 == 0
    assert pages["s"] < pages["t"]
    assert pages["o"] == pages["p"], "half a pass of one is not another half of the other"
    hurried = auto_all(works, {"s": "s", "t": "s", "o": "o", "p": "o"}, Gate(0.5, 10, 6))
    assert hurried["o"].total_s <= 6


def test_a_time_limit_shortens_what_is_longer_than_it_need_be() -> None:
    waits_s = tuple((0.1 * (1 + np.random.default_rng(1).pareto(1.2, 2000))).tolist())
    one = work(in_flight=1, wait_s=sum(waits_s) / len(waits_s), waits_s=waits_s)
    free, limited = auto(one, GATE), auto(one, Gate(0.5, 10, 10))
    assert (limited.pages or 0) < (free.pages or 0)
    assert limited.total_s <= 10


def test_a_ramp_takes_time_and_those_jobs_that_are_over_before_it_is() -> None:
    none, short, long = (work(wait_s=1.0, ramp_s=ramp_s) for ramp_s in (0.0, 1.0, 3.0))
    found = auto(none, GATE)
    assert auto(short, GATE).total_s == pytest.approx(found.total_s + 1.0)
    assert with_ramp(short, found) == found
    assert with_ramp(long, found) == replace(found, pages=(found.pages or 0) + 24)  # 8 in flight for 3 s


def test_a_budget_and_a_time_limit_pay_for_the_ramp() -> None:
    works = {"s": work(in_flight=1), "t": work(group="g", ramp_s=5.0)}
    found = fit(works, budget_s=60, rounds=3, min_window_s=0.5, min_jobs_per_slot=10)
    assert 50 < 3 * sum(size.total_s for size in found.values()) <= 60
    with pytest.raises(BudgetError):
        fit(works, budget_s=15, rounds=3, min_window_s=0.5, min_jobs_per_slot=10, limit_s=15)
    slow = work(wait_s=0.2, group="g", waits_s=tuple((0.1, 0.3) * 500))
    assert auto(replace(slow, ramp_s=4.0), Gate(0.5, 10, 10)).total_s <= 10
