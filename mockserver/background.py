"""Work that may never end, beside an event loop that must be able to."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

_Result = TypeVar("_Result")


async def in_background(work: Callable[[], _Result]) -> _Result:
    """Do it in a thread of its own, which the end of the process does not wait for.

    A thread of the loop's executor would be waited for: a folder on a dead network mount would then keep the
    whole server from ending.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def finish(result: _Result | None, error: BaseException | None) -> None:
        if done.done():  # whoever waited has given up
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type] # without an error there is a result

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 (it belongs to the one who waits)
            error = raised
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(finish, result, error)

    threading.Thread(target=run, name="background", daemon=True).start()
    return await done
