"""One server stall of a second: who waits for the answer before he asks again hides it, who keeps asking shows it.

The event-loop shard, the tickets and the waiting are the real ones; clock, loop and client are simulated.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from simulator.analysis.arrivals import arrivals_of, dispatcher_late_ns
from simulator.analysis.measures import response_ns
from simulator.driver.clients import Response
from simulator.driver.due_timer import LoopTimer
from simulator.driver.shared.blocking import OPENING
from simulator.driver.shared.recorder import COLUMNS
from simulator.driver.spec import Spec
from simulator.driver.strategies.event_loop import EventLoopShard, LoopParts
from simulator.driver.strategies.interface import ShardPlan
from simulator.driver.tickets import open_tickets
from simulator.result.observation import OpenArrivals
from simulator.result.samples import Samples, from_columns
from simulator.stats.percentiles import percentiles_s
from tests.simulator.driver.jobs import MS, S, spec
from tests.simulator.driver.virtual import Clock, VirtualLoop

START_NS = 1_000 * S
LATENCY_NS = 40 * MS
STALL_NS = (5 * S, 6 * S)
"""After the start: what is asked or answered in between is answered after it."""
RATE, PAGES, IN_FLIGHT = 100.0, 2_000, 8


class Client:
    """A server that answers after 40 ms, but stands still for one second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def fetch(self, url: str) -> Response:
        if url.endswith(OPENING):
            return 200, {}, b""
        begin, end = (START_NS + moment for moment in STALL_NS)
        answered = self._clock() + LATENCY_NS
        if begin <= answered < end + LATENCY_NS:
            answered = end + LATENCY_NS
        await asyncio.sleep((answered - self._clock()) / 1e9)
        return 200, {}, b"page"

    async def close(self) -> None:
        pass


def measured(made: Spec, in_flight: int = IN_FLIGHT) -> Samples:
    clock = Clock(START_NS)

    def new_loop(_kind: str) -> asyncio.AbstractEventLoop:
        return VirtualLoop(clock)

    def opener(_spec: Spec, _width: int) -> Callable[[], Any]:
        return lambda: Client(clock)

    world = LoopParts(clock, new_loop, opener, lambda: LoopTimer(clock))
    shard = EventLoopShard(ShardPlan(made, open_tickets(made, clock=clock), in_flight), world)
    shard.start()
    assert shard.run() == START_NS
    shard.release()
    jobs = [numbers for log in shard.outcome.logs for numbers, _, _ in log.jobs()]
    columns: dict[str, list[Any]] = {name: [numbers[i] for numbers in jobs] for i, name in enumerate(COLUMNS)}
    return from_columns({**columns, "error": [""] * len(jobs)}, None)


def p99_s(samples: Samples) -> float:
    found = percentiles_s(response_ns(samples)).p99
    assert found is not None
    return found


@pytest.mark.parametrize("process", ["constant", "poisson"])
def test_the_stall_shows_in_p99_from_the_planned_start_and_not_in_a_closed_run(process: str) -> None:
    opened = measured(spec(process, RATE, pages=PAGES))
    assert len(opened) == PAGES
    # A hundred jobs fell due while the server stood still, one in twenty of all.
    assert p99_s(opened) > 0.7
    # Eight were in flight when it did; all others were asked for when it was over.
    closed = measured(spec(None, pages=PAGES))
    assert len(closed) == PAGES
    assert p99_s(closed) == pytest.approx(LATENCY_NS / 1e9, abs=1e-6)
    assert ((closed.ready_ns - closed.start_ns) > 500 * MS).sum() == IN_FLIGHT


def test_from_the_actual_start_the_same_open_run_would_hide_it_too() -> None:
    opened = measured(spec("constant", RATE, pages=PAGES))
    from_start = percentiles_s(opened.ready_ns - opened.start_ns).p99
    assert from_start == pytest.approx(LATENCY_NS / 1e9, abs=1e-6)


def test_a_queue_that_is_worked_off_after_the_stall_is_no_instability() -> None:
    found = arrivals_of(
        measured(spec("constant", RATE, pages=PAGES)), OpenArrivals(IN_FLIGHT, ()), completed=PAGES
    )
    # What comes in a second, and until the first answers are there; 8 of them are in flight.
    assert found.backlog_max == pytest.approx(100, abs=3)
    assert found.backlog_end == 0
    assert found.unstable is False
    assert found.keeps_up is True


def test_what_a_strategy_cannot_bear_grows_its_backlog() -> None:
    # 4 in flight of 40 ms each: 100 jobs a second at most.
    made = spec("poisson", 130.0, pages=PAGES)
    found = arrivals_of(measured(made, in_flight=4), OpenArrivals(4, ()), completed=PAGES)
    assert found.unstable is True
    assert found.keeps_up is False
    assert found.backlog_end > 300


@pytest.mark.parametrize("process", ["constant", "poisson"])
def test_no_job_starts_early_and_one_that_found_a_worker_starts_when_it_is_due(process: str) -> None:
    samples = measured(spec(process, RATE, pages=400))
    assert (samples.start_ns >= samples.due_ns).all()
    late_ns = dispatcher_late_ns(samples, IN_FLIGHT)
    assert len(late_ns) > 350
    assert late_ns.max() <= 1_000  # rounding of a float of seconds


def test_a_fixed_duration_leaves_the_rest_of_the_backlog_undone() -> None:
    samples = measured(spec("constant", 400.0, pages=None, duration_ns=2 * S))
    assert len(samples) == pytest.approx(400, abs=10)  # 8 in flight of 40 ms: 200 a second
    assert samples.due_ns.max() < START_NS + 2 * S
    assert samples.page.tolist() == sorted(samples.page.tolist())
