import asyncio
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission import Admission
from mockserver.config import ServerConfig
from mockserver.rate_limit import RateLimit, TokenBucket, retry_after_s

MS = 1_000_000
S = 1_000_000_000
GAPS = st.lists(st.integers(0, 60 * MS), min_size=1, max_size=200)


def bucket(rate: str, burst: int = 1) -> TokenBucket:
    return TokenBucket(RateLimit.model_validate({"rate": rate, "burst": burst}))


def arrivals(gaps: list[int]) -> list[int]:
    moments = [0]
    for gap in gaps:
        moments.append(moments[-1] + gap)
    return moments


@given(GAPS, st.sampled_from([10, 50, 200]), st.integers(1, 20))
def test_a_bucket_lets_in_what_one_that_counts_tokens_would(gaps: list[int], rate: int, burst: int) -> None:
    limit, tokens, before = bucket(f"{rate}/s", burst), Fraction(burst), 0
    for now in arrivals(gaps):
        tokens = min(Fraction(burst), tokens + Fraction((now - before) * rate, S))
        before = now
        assert (limit.take(now) == 0) == (tokens >= 1)
        if tokens >= 1:
            tokens -= 1


def test_who_is_told_of_late_has_the_token_that_there_is() -> None:
    limit = bucket("1/h", 3)
    # The second and third came before the first, over workers that were slower to say so.
    assert [limit.take(now) for now in (10 * S, 9 * S, 8 * S)] == [0, 0, 0]
    assert limit.take(9 * S) == 3600 * S


@given(GAPS, st.integers(1, 20))
def test_no_stretch_of_time_lets_more_in_than_its_rate_and_one_burst(gaps: list[int], burst: int) -> None:
    limit = bucket("50/s", burst)
    let_in = [now for now in arrivals(gaps) if limit.take(now) == 0]
    for start, since in enumerate(let_in):
        for end, until in enumerate(let_in[start:], start=1):
            assert end <= burst + (until - since) * 50 / S


@given(GAPS)
def test_whoever_waits_as_long_as_is_said_is_let_in(gaps: list[int]) -> None:
    limit = bucket("50/s", 3)
    for now in arrivals(gaps):
        wait_ns = limit.take(now)
        if wait_ns:
            assert limit.take(now + wait_ns - 1) > 0
            assert limit.take(now + wait_ns) == 0
            return


def test_in_the_long_run_as_many_are_let_in_as_the_rate_says() -> None:
    limit = bucket("50/s", 10)
    assert sum(limit.take(now) == 0 for now in range(0, 20 * S, MS)) == 50 * 20 + 9
    limit.fill()
    assert [limit.take(20 * S) == 0 for _ in range(12)] == [True] * 10 + [False] * 2


@pytest.mark.parametrize(("wait_ns", "seconds"), [(1, 1), (S, 1), (S + 1, 2), (61 * S, 61)])
def test_retry_after_is_in_whole_seconds_and_enough(wait_ns: int, seconds: int) -> None:
    assert retry_after_s(wait_ns) == seconds


class Door:
    """An admission whose clock stands still until it is told otherwise."""

    def __init__(self, **document: Any) -> None:
        self.now_ns = 0
        self.admission = Admission(self.config(**document), lambda: self.now_ns)
        self.begun: dict[str, int] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    @staticmethod
    def config(**document: Any) -> ServerConfig:
        return ServerConfig.model_validate(document)

    async def come(self, key: str, received_ns: int) -> None:
        async def enter() -> None:
            self.begun[key] = (await self.admission.enter(key, 0, 1, received_ns))["begun_ns"]

        self.tasks[key] = asyncio.create_task(enter())
        await self.settle()

    async def leave(self, key: str, free_ns: int) -> None:
        self.now_ns = max(self.now_ns, free_ns)
        self.admission.leave(key, free_ns)
        await self.settle()

    async def apply(self, **document: Any) -> None:
        self.admission.apply(self.config(**document))
        await self.settle()

    @staticmethod
    async def settle() -> None:
        for _ in range(5):
            await asyncio.sleep(0)


async def test_places_go_to_those_who_came_first() -> None:
    door = Door(capacity=2)
    for key, received_ns in (("a", 10), ("b", 20), ("d", 40), ("c", 30)):
        await door.come(key, received_ns)
    assert door.begun == {"a": 10, "b": 20}
    await door.leave("b", 100)
    assert door.begun["c"] == 100
    await door.leave("a", 120)
    assert door.begun["d"] == 120


async def test_a_place_that_was_free_before_somebody_came_is_had_on_arrival_only() -> None:
    door = Door(capacity=1)
    await door.come("a", 10)
    await door.leave("a", 50)
    await door.come("b", 40)  # arrived while the place was taken, and was heard of later
    assert door.begun["b"] == 50
    await door.leave("b", 60)
    await door.come("c", 90)
    assert door.begun["c"] == 90


async def test_who_goes_away_in_the_queue_or_in_service_loses_nobodys_place() -> None:
    door = Door(capacity=1)
    for position, key in enumerate("abcd"):
        await door.come(key, position)
    door.tasks["b"].cancel()  # as a handler in this worker is, and then says so
    await door.leave("b", 5)
    await door.leave("c", 6)  # as one in another worker, which says so alone
    door.begun.pop("c")
    door.tasks["a"].cancel()
    await door.leave("a", 7)
    assert door.begun == {"a": 0, "d": 7}
    await door.leave("d", 9)
    await door.leave("d", 10)  # twice is once
    await door.come("e", 20)
    await door.come("f", 20)
    assert (door.begun["e"], "f" in door.begun) == (20, False)
    door.tasks["f"].cancel()


async def test_one_who_is_cancelled_in_the_moment_of_being_let_in_gives_the_place_back() -> None:
    door = Door(capacity=1)
    for key in "abc":
        await door.come(key, 0)
    door.tasks["b"].cancel()
    await door.leave("a", 5)  # b's future is cancelled, but b has not left yet
    await door.leave("b", 6)
    assert door.begun["c"] == 5


async def test_another_capacity_loses_no_place_and_nobody_who_waits() -> None:
    door = Door(capacity=1)
    for position, key in enumerate("abcdef"):
        await door.come(key, position)
    door.now_ns = 50
    await door.apply(capacity=3)
    assert door.begun == {"a": 0, "b": 50, "c": 50}
    await door.apply(capacity=1)
    await door.leave("a", 60)
    await door.leave("b", 61)
    assert "d" not in door.begun
    await door.leave("c", 62)
    assert door.begun["d"] == 62
    door.now_ns = 70
    await door.apply()
    assert (door.begun["e"], door.begun["f"]) == (70, 70)
    await door.come("g", 71)
    assert door.begun["g"] == 71
    await door.apply(capacity=1)  # those who are served meanwhile hold none of its places
    await door.leave("d", 80)
    await door.come("h", 81)
    await door.come("i", 82)
    assert (door.begun["h"], "i" in door.begun) == (81, False)
    door.tasks["i"].cancel()


async def test_a_reset_fills_the_bucket_and_leaves_the_queue() -> None:
    door = Door(capacity=1, rate_limit={"rate": "1/h", "burst": 3})
    for key in "abc":
        await door.come(key, 0)
    assert "wait_ns" in await door.admission.enter("x", 0, 1, 0)
    door.now_ns = 10
    door.admission.reset()
    await door.come("d", 20)
    await door.leave("a", 30)
    assert door.begun == {"a": 0, "b": 30}
    for key in ("c", "d"):
        door.tasks[key].cancel()


async def test_the_queues_length_is_told_over_time() -> None:
    door = Door(capacity=1)
    assert Door().admission.queue() is None
    for key in "abc":
        await door.come(key, 0)
    await door.leave("a", 100)
    await door.leave("b", 150)
    door.now_ns = 200
    # Two waited for 100 ns, one for 50, none for 50.
    assert door.admission.queue() == {"waiting": 0, "max": 2, "mean": (2 * 100 + 50) / 200}
    door.admission.reset()
    door.now_ns = 300
    assert door.admission.queue() == {"waiting": 0, "max": 0, "mean": 0}


async def test_attempts_that_do_not_say_which_one_they_are_are_counted_by_page() -> None:
    admission = Admission(ServerConfig())
    pages = [3, 3, 4, 3]
    numbers = [(await admission.enter(str(n), page, None, n))["attempt"] for n, page in enumerate(pages)]
    assert numbers == [1, 2, 1, 3]
    assert (await admission.enter("own", 3, 9, 5))["attempt"] == 9
    admission.reset()
    assert (await admission.enter("x", 3, None, 6))["attempt"] == 1
