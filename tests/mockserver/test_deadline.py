import asyncio
import sys
import time
from collections.abc import AsyncIterator

import pytest
import uvloop

from mockserver.deadline import DeadlineTimer, LoopTimer, TimerfdTimer, deadline_timer

MS = 1_000_000

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
TIMERS = [LoopTimer, *([TimerfdTimer] if sys.platform == "linux" else [])]


def run(loop: str, main: object) -> None:
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(main)  # type: ignore[arg-type]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", TIMERS)
def test_never_early_and_in_order(loop: str, kind: type[LoopTimer | TimerfdTimer]) -> None:
    async def main() -> None:
        timer = kind(asyncio.get_running_loop())
        start_ns = time.monotonic_ns() + 100 * MS
        woken: list[int] = []
        asked_ns: list[int] = []

        async def sleeper(offset_ns: int) -> None:
            asked_ns.append(time.monotonic_ns())
            await timer.until(start_ns + offset_ns)
            assert time.monotonic_ns() >= start_ns + offset_ns
            woken.append(offset_ns)

        # Fractions of a millisecond, where rounding loops are early; the earliest is asked for last.
        offsets = [30 * MS - n * 370_123 for n in range(80)]
        await asyncio.gather(*map(sleeper, offsets))
        assert sorted(woken) == sorted(offsets)
        # On a machine that stood still for a while some never slept: those return in the order of asking.
        if kind is TimerfdTimer and max(asked_ns) < start_ns:
            assert woken == sorted(offsets)
        timer.close()

    run(loop, main())


@pytest.mark.parametrize("kind", TIMERS)
async def test_a_moment_that_has_passed_does_not_wait(kind: type[LoopTimer | TimerfdTimer]) -> None:
    timer = kind(asyncio.get_running_loop())
    with pytest.raises(StopIteration):  # it returned without giving way to the loop
        timer.until(time.monotonic_ns()).send(None)
    timer.close()


@pytest.fixture
async def timer() -> AsyncIterator[DeadlineTimer]:
    made = deadline_timer()
    yield made
    made.close()
    made.close()


async def test_a_cancelled_sleeper_does_not_wake_and_disturbs_nobody(timer: DeadlineTimer) -> None:
    # Far enough off that all of them are waiting when they are cancelled, also on a busy machine.
    soon_ns = time.monotonic_ns() + 100 * MS
    cancelled = [asyncio.create_task(timer.until(soon_ns)) for _ in range(200)]
    other = asyncio.create_task(timer.until(soon_ns + MS))
    await asyncio.sleep(0)
    for task in cancelled:
        task.cancel()
    await other
    assert all(task.cancelled() for task in cancelled)


@pytest.mark.skipif(sys.platform != "linux", reason="timerfd is Linux's")
async def test_cancelled_sleepers_do_not_pile_up() -> None:
    timer = TimerfdTimer(asyncio.get_running_loop())
    for _ in range(1_000):
        task = asyncio.create_task(timer.until(time.monotonic_ns() + 600_000 * MS))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert len(timer._sleepers._heap) < 200
    timer.close()


@pytest.mark.parametrize("kind", TIMERS)
async def test_closing_cancels_the_sleepers(kind: type[LoopTimer | TimerfdTimer]) -> None:
    timer = kind(asyncio.get_running_loop())
    task = asyncio.create_task(timer.until(time.monotonic_ns() + 600_000 * MS))
    await asyncio.sleep(0)
    timer.close()
    with pytest.raises(asyncio.CancelledError):
        await task
