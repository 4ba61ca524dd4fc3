import threading

import pytest

from simulator.driver.probe.working import Team
from tests.simulator.driver.probe.world import Call, World

LONG_HOLD: Call = [("hold", 0.3)]
SHORT_HOLDS: Call = [("hold", 0.001)] * 10
HALF_HELD: Call = [("hold", 0.01), ("free", 0.01)]
RELEASES: Call = [("free", 0.02)]
SLEEPS: Call = [("sleep", 0.02)]


def rate(call: Call, threads: int, calls: int, cores: int = 2) -> float:
    world = World(threads, cores, call)
    found = Team(world.call, world.clock).window(threads, calls, batch=1)
    assert found["calls_per_s"] == pytest.approx(calls / (found["ended_s"] - found["began_s"]))
    return float(found["calls_per_s"])


def speedup(call: Call, threads: int, calls: int = 16, cores: int = 2) -> float:
    return rate(call, threads, calls, cores) / rate(call, 1, calls, cores)


@pytest.mark.parametrize("threads", [2, 4, 8])
@pytest.mark.parametrize("call", [LONG_HOLD, SHORT_HOLDS])
@pytest.mark.parametrize("calls", [8, 9, 16])
def test_threads_gain_nothing_where_the_gil_is_held_all_the_time(
    call: Call, threads: int, calls: int
) -> None:
    assert speedup(call, threads, calls) == pytest.approx(1)


@pytest.mark.parametrize("threads", [2, 4])
def test_as_many_cores_as_there_are_are_gained_where_it_is_released(threads: int) -> None:
    assert speedup(RELEASES, threads) == pytest.approx(2)


@pytest.mark.parametrize("threads", [2, 4, 8])
def test_waits_overlap_whatever_the_cores(threads: int) -> None:
    assert speedup(SLEEPS, threads) == pytest.approx(threads)


@pytest.mark.parametrize("threads", [2, 4])
def test_a_held_half_allows_two_at_most(threads: int) -> None:
    gained = speedup(HALF_HELD, threads, calls=64, cores=4)
    assert 1.9 < gained <= 2.0


def test_calls_that_do_not_come_out_even_cost_their_remainder_and_never_gain() -> None:
    # 5 calls by 2 threads on 2 cores: the third pair has one alone.
    assert speedup(RELEASES, 2, calls=5) == pytest.approx(5 / 3)


def test_every_number_is_called_once_whichever_thread_has_it() -> None:
    made: list[int] = []
    team = Team(made.append)
    team.window(3, 10, batch=4, first=100)
    assert sorted(number for number in made if number >= 100) == list(range(100, 110))


def test_what_a_thread_builds_for_itself_is_built_before_the_window() -> None:
    built_in: list[int] = []
    own = threading.local()

    def call(number: int) -> None:
        if not hasattr(own, "connection"):
            own.connection = True
            built_in.append(number)

    team = Team(call)
    for _ in range(3):
        team.window(2, 8, batch=1, first=100)
    assert set(built_in) == {0}


def test_what_a_call_raises_comes_out_and_nobody_waits_for_its_thread() -> None:
    def fails(_: int) -> None:
        raise KeyError("no such field")

    with pytest.raises(KeyError):
        Team(fails).window(3, 8, batch=1)


def test_what_a_later_call_raises_comes_out() -> None:
    def fails(number: int) -> None:
        if number == 7:
            raise KeyError(number)

    with pytest.raises(KeyError):
        Team(fails).window(3, 8, batch=1)
