"""How many may be in flight: found out from how long the answers of simulated servers take."""

import heapq
from collections.abc import Callable
from random import Random

import pytest

from simulator.driver.limit import FIRST, Limit
from tests.simulator.driver.jobs import MS, S

Answer = tuple[int, int]
"""When it comes (ns), and its status."""


def played(limit: Limit, answer: Callable[[int], Answer], jobs: int) -> float:
    """Have so many answered, as many in flight as are allowed; return how many come in a second."""
    now, asked = 0, 0
    in_flight: list[tuple[int, int, int]] = []
    while asked < jobs or in_flight:
        while asked < jobs and len(in_flight) < limit.now:
            comes, status = answer(now)
            heapq.heappush(in_flight, (comes, now, status))
            asked += 1
        now, began, status = heapq.heappop(in_flight)
        limit.answered(began, now, well=status == 200, refused=status != 200)
    return jobs / now * S


class Queue:
    """A server that serves so many at a time, each for 50 ms."""

    def __init__(self, capacity: int) -> None:
        self._free = [0] * capacity

    def __call__(self, now: int) -> Answer:
        ends = max(now, heapq.heappop(self._free)) + 50 * MS
        heapq.heappush(self._free, ends)
        return ends, 200


def test_it_begins_low_and_is_never_more_than_the_most() -> None:
    assert Limit(1).now == 1
    limit = Limit(64)
    assert limit.now == FIRST
    played(limit, lambda now: (now + 50 * MS, 200), 3000)
    assert limit.now == 64
    assert max(limit.before) <= 64


def test_it_doubles_until_answers_take_longer_and_then_grows_by_one() -> None:
    limit = Limit(1000)
    played(limit, Queue(16), 2000)
    assert limit.before[:5] == [2, 4, 8, 16, 32]
    steps = [after - before for before, after in zip(limit.before[5:], limit.before[6:], strict=False)]
    assert max(steps) == 1
    assert min(steps) < -3


@pytest.mark.parametrize("capacity", [4, 16, 100])
def test_it_finds_what_a_server_serves_at_a_time(capacity: int) -> None:
    limit = Limit(1000)
    per_s = played(limit, Queue(capacity), 200 * capacity)
    assert capacity <= limit.settled <= 1.7 * capacity
    assert per_s > 0.9 * capacity / 0.05


def test_pages_that_differ_are_no_queue() -> None:
    random = Random(3)  # noqa: S311 - the same pages each time
    limit = Limit(200)
    per_s = played(limit, lambda now: (now + int(random.lognormvariate(0, 0.6) * 50 * MS), 200), 8000)
    assert limit.settled > 40
    assert per_s > 500


def test_refusals_count_as_too_much_and_their_own_time_does_not() -> None:
    # Quick refusals beyond ten in flight: their quickness must not pass for a good round.
    flying: list[int] = []

    def answer(now: int) -> Answer:
        while flying and flying[0] <= now:
            heapq.heappop(flying)
        comes, status = (now + 50 * MS, 200) if len(flying) < 10 else (now + MS, 429)
        heapq.heappush(flying, comes)
        return comes, status

    limit = Limit(64)
    played(limit, answer, 2000)
    assert 6 <= limit.settled <= 12


def test_what_was_asked_for_before_the_last_change_tells_nothing_of_it() -> None:
    limit = Limit(64)
    for _ in range(8):
        limit.answered(0, 50 * MS, well=True, refused=False)
    assert limit.now == 4
    for _ in range(100):
        limit.answered(49 * MS, 500 * MS, well=True, refused=False)
    assert limit.now == 4


def test_it_never_falls_below_one() -> None:
    limit = Limit(8)
    for moment in range(1, 500):
        limit.answered(moment, moment, well=False, refused=True)
    assert limit.now == 1
    assert limit.settled == 1
