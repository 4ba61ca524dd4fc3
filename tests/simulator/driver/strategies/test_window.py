"""How many jobs are submitted at a time, without any executor."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.driver.strategies.executors.window import as_completed, in_order
from simulator.driver.strategies.pushed import jobs_of


class Submitted:
    """A future whose job is done when somebody waits for one, the oldest or any by chance."""

    def __init__(self, pool: "Pool", job: int) -> None:
        self.job = job
        self._pool = pool
        self._call: Callable[[Any], Any] = lambda _: None

    def add_done_callback(self, fn: Callable[[Any], Any]) -> None:
        self._call = fn
        self._pool.finish_one_if_full()

    def finish(self) -> None:
        self._pool.under_way.remove(self)
        self._call(self)

    def result(self) -> int:
        if self in self._pool.under_way:
            self.finish()
        return -self.job


class Pool:
    def __init__(self, width: int, seed: int) -> None:
        self.width = width
        self.most = 0
        self.submitted: list[int] = []
        self.under_way: list[Submitted] = []
        self._random = Random(seed)  # noqa: S311 - an order, not a secret

    def submit(self, job: int) -> Submitted:
        made = Submitted(self, job)
        self.submitted.append(job)
        self.under_way.append(made)
        self.most = max(self.most, len(self.under_way))
        return made

    def finish_one_if_full(self) -> None:
        if len(self.under_way) == self.width:
            self._random.choice(self.under_way).finish()

    def jobs(self, count: int) -> Iterator[int]:
        """Yield jobs; when there is none left, all under way finish."""
        yield from range(count)
        for each in [*self.under_way]:
            each.finish()


@given(st.integers(1, 9), st.integers(0, 40), st.integers(0, 99))
def test_as_completed_keeps_the_window_full_and_never_exceeds_it(width: int, count: int, seed: int) -> None:
    pool = Pool(width, seed)
    found = list(as_completed(pool.submit, pool.jobs(count), width))
    assert sorted(found, reverse=True) == [-job for job in range(count)]
    assert pool.submitted == list(range(count))
    assert pool.most == min(width, count)


@given(st.integers(1, 9), st.integers(0, 40), st.integers(0, 99))
def test_in_order_submits_one_for_each_that_is_taken(width: int, count: int, seed: int) -> None:
    pool = Pool(width + 1, seed)
    taken = []
    for found in in_order(pool.submit, iter(range(count)), width):
        taken.append(found)
        assert len(pool.submitted) <= len(taken) + width
    assert taken == [-job for job in range(count)]
    assert pool.most == min(width, count)


def test_what_a_job_raises_is_raised_when_it_is_taken() -> None:
    class Broken(Submitted):
        def result(self) -> int:
            raise ValueError("no")

    pool = Pool(1, 0)
    with pytest.raises(ValueError, match="no"):
        list(in_order(lambda job: Broken(pool, job), iter([1]), 1))


def test_pages_are_claimed_when_they_are_asked_for_and_handed_over_several_at_a_time() -> None:
    pages = iter([0, 1, 2, 3, 4, -1, -1])
    claimed = []

    def claim() -> int:
        claimed.append(next(pages))
        return claimed[-1]

    jobs = jobs_of(claim, None, 2)
    assert next(jobs).pages == (0, 1)
    assert claimed == [0, 1]
    assert [job.pages for job in jobs] == [(2, 3), (4,)]
    assert not next(jobs_of(iter([7, -1]).__next__, None, 1)).due_ns
    assert next(jobs_of(iter([7, -1]).__next__, lambda page: 100 + page, 1)).due_ns == (107,)
