"""How late an event loop is while calls are made on it: every tick of an absolute schedule counts."""

import asyncio
import time

from .target import Call

TICK_S = 0.01


def lag(call: "Call | None", seconds: float) -> "list[float]":
    """Return how late each tick was noticed (s), with the calls made one after another on the loop, or idle."""
    return asyncio.run(_lag(call, seconds))


async def _lag(call: "Call | None", seconds: float) -> "list[float]":
    ended = asyncio.Event()
    caller = None if call is None else asyncio.create_task(_keep_calling(call, ended))
    late: list[float] = []
    started = time.perf_counter()
    due = started + TICK_S
    try:
        while due - started < seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            while due <= now:  # the ticks that could not even be tried
                late.append(now - due)
                due += TICK_S
    finally:
        ended.set()
        if caller is not None:
            await caller
    return late


async def _keep_calling(call: Call, ended: asyncio.Event) -> None:
    while not ended.is_set():
        call()
        await asyncio.sleep(0)
