"""Waiting for something in a loop until it is there or is not wanted any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from simulator.runner.stop import WAKE_S, Stop

_T = TypeVar("_T")


async def unless_stopped(doing: Coroutine[Any, Any, _T], stop: Stop) -> _T:
    """Return what is waited for. Raises Stopped as soon as that is asked for; what is waited for is then given up."""
    task = asyncio.create_task(doing)
    try:
        while not task.done():
            stop.check()
            await asyncio.wait([task], timeout=WAKE_S)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
