"""A ramp: jobs in flight begin one after the other, and clients are dealt to all addresses of the server.

The event-loop shard, the tickets and the waiting are the real ones; clock, loop and client are simulated.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.driver.clients import Response
from simulator.driver.due_timer import LoopTimer
from simulator.driver.shared.blocking import OPENING
from simulator.driver.shared.ramp import turn_ns
from simulator.driver.shared.recorder import COLUMNS
from simulator.driver.spec import Spec, Strategy
from simulator.driver.strategies.event_loop import EventLoopShard, LoopParts
from simulator.driver.strategies.interface import ShardPlan
from simulator.driver.strategies.loop_shard import AT_ONCE
from simulator.driver.tickets import open_tickets
from simulator.result.samples import Samples, from_columns
from simulator.runner.repetition import in_window
from tests.simulator.driver.jobs import MS, S, spec
from tests.simulator.driver.virtual import Clock, VirtualLoop

START_NS = 1_000 * S
LATENCY_NS, WIDTH = 500 * MS, 50


class World:
    """A server that answers after its latency on the simulated clock, and counts where it was asked."""

    def __init__(self) -> None:
        self.clock = Clock(START_NS)
        self.asked: Counter[str] = Counter()
        self.opening = self.most_opening = 0

    async def fetch(self, url: str) -> Response:
        self.asked[url.split("/")[2]] += 1
        if url.endswith(OPENING):
            self.opening += 1
            self.most_opening = max(self.most_opening, self.opening)
            await asyncio.sleep(0)
            self.opening -= 1
            return 200, {}, b""
        await asyncio.sleep(LATENCY_NS / 1e9)
        return 200, {}, b"page"

    async def close(self) -> None:
        pass

    def shard(self, made: Spec, width: int, shard: int = 0) -> EventLoopShard:
        def new_loop(_kind: str) -> asyncio.AbstractEventLoop:
            return VirtualLoop(self.clock)

        def opener(_spec: Spec, _width: int) -> Callable[[], Any]:
            return lambda: self

        parts = LoopParts(self.clock, new_loop, opener, lambda: LoopTimer(self.clock))
        tickets = open_tickets(made, clock=self.clock)
        return EventLoopShard(ShardPlan(made, tickets, width, shard, shard * width), parts)


def measured(made: Spec, width: int = WIDTH, shard: int = 0) -> Samples:
    one = World().shard(made, width, shard)
    one.start()
    assert one.run() == START_NS
    one.release()
    jobs = [numbers for log in one.outcome.logs for numbers, _, _ in log.jobs()]
    columns: dict[str, list[Any]] = {name: [numbers[i] for numbers in jobs] for i, name in enumerate(COLUMNS)}
    return from_columns({**columns, "error": [""] * len(jobs)}, None)


def in_shards(made: Spec, width: int, shards: int) -> Spec:
    strategy = Strategy("processes", (width,) * shards, "asyncio", "asyncio", None)
    return replace(made, strategy=strategy)


def test_requests_come_evenly_from_the_end_of_the_ramp_on() -> None:
    made = in_shards(spec(None, pages=1_000, ramp_ns=LATENCY_NS), WIDTH, 1)
    found = measured(made)
    begun = np.sort(found.start_ns)
    assert begun[0] == START_NS
    assert np.diff(begun).max() == pytest.approx(LATENCY_NS / WIDTH, abs=1_000)
    # Nothing was ready before the window, and what was ready in it came as fast as the latency lets it.
    opened = START_NS + LATENCY_NS
    kept, digests, before = in_window(found, [str(page) for page in found.page.tolist()], opened)
    assert (before.jobs, before.attempts, len(kept), len(digests)) == (0, 0, 1_000, 1_000)
    rate_per_s = len(kept) / ((kept.ready_ns.max() - opened) / 1e9)
    assert rate_per_s == pytest.approx(WIDTH / (LATENCY_NS / 1e9), rel=0.01)
    in_flight = (kept.since(opened).ready_ns - kept.since(opened).start_ns).sum() / (
        kept.ready_ns.max() - opened
    )
    assert WIDTH * 0.95 < in_flight <= WIDTH


def test_what_is_ready_before_the_ramp_has_ended_is_left_out() -> None:
    made = in_shards(spec(None, pages=1_000, ramp_ns=4 * LATENCY_NS), WIDTH, 1)
    found = measured(made)
    opened = START_NS + 4 * LATENCY_NS
    kept, digests, before = in_window(found, [str(page) for page in found.page.tolist()], opened)
    assert before.jobs == (found.ready_ns < opened).sum() > WIDTH
    assert before.jobs + len(kept) == len(found) == 1_000
    assert [int(text) for text in digests] == kept.page.tolist()
    assert kept.ready_ns.min() >= opened
    assert kept.since(opened).start_ns.min() == opened
    assert kept.since(0) is kept


def test_a_job_that_failed_in_the_ramp_is_not_left_out() -> None:
    columns: dict[str, list[Any]] = {name: [7, 7] for name in COLUMNS} | {
        "page": [0, 1],
        "error": ["", "fetch: OSError"],
    }
    kept, _, before = in_window(from_columns(columns, None), ["", ""], 8)
    assert (kept.page.tolist(), before.jobs) == ([1], 1)


def test_a_fixed_duration_begins_when_the_ramp_has_ended() -> None:
    made = in_shards(spec(None, pages=None, duration_ns=S, ramp_ns=LATENCY_NS), WIDTH, 1)
    found = measured(made)
    assert found.start_ns.max() - START_NS == pytest.approx(S + LATENCY_NS, abs=LATENCY_NS / 20)


def test_shards_take_turns() -> None:
    turns = [turn_ns(6_000, place, 3, shard, 2) for place in range(3) for shard in range(2)]
    assert turns == [0, 1_000, 2_000, 3_000, 4_000, 5_000]
    made = in_shards(spec(None, pages=40, ramp_ns=LATENCY_NS), 10, 2)
    first, second = (np.sort(measured(made, 10, shard).start_ns)[:10] for shard in (0, 1))
    assert (second - first).tolist() == pytest.approx([LATENCY_NS / 20] * 10, abs=1_000)


def test_clients_are_dealt_to_every_address_and_opened_some_at_a_time() -> None:
    urls = ["http://127.0.0.2:1", "http://127.0.0.3:1"]
    world, width = World(), 3 * AT_ONCE
    shard = world.shard(spec(None, pages=0, other_urls=urls), width)
    shard.start()
    shard.release()
    assert world.asked == {f"127.0.0.{last}:1": width // 3 for last in (1, 2, 3)}
    assert world.most_opening == AT_ONCE


def test_a_shared_client_is_on_one_address() -> None:
    world = World()
    shard = world.shard(spec(None, pages=9, other_urls=["http://127.0.0.2:1"], connections="shared"), 4)
    shard.start()
    shard.run()
    shard.release()
    assert world.asked == {"127.0.0.1:1": 4 + 9}
