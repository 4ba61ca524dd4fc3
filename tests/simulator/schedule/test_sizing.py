from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.schedule.sizing import BudgetError, Work, fit, size, speeds


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
