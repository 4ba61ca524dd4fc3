"""The client that is looked at, of either kind, behind calls that return or say that it hangs."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Self

from ..clients import Response, Settings
from ..clients.user_client import check_response

PATIENCE_S = 5.0
"""After so long a call that should have ended hangs."""


class HangsError(Exception):
    """A call has not ended."""


class Opened:
    """Context manager: one client, which lives in a thread of its own as it does in a worker."""

    def __init__(self, made: "Callable[[Settings], Any]", kind: str, name: str, settings: Settings) -> None:
        self._name = name
        self._hangs = False
        self._todo: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop() if kind == "asyncio" else None
        threading.Thread(target=self._live, name="client", daemon=True).start()
        self.client: Any = self._do(partial(made, settings))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: "type[BaseException] | None", *_: object) -> None:
        if self._hangs:
            return  # what its thread is in the midst of ends with this process
        with contextlib.nullcontext() if kind is None else contextlib.suppress(Exception):
            self.close()

    def fetch(
        self, url: str, headers: "Mapping[str, str] | None" = None, limit_s: float = PATIENCE_S
    ) -> Response:
        """Return the response. Raises what the client raises, and HangsError."""
        found = self._do(lambda: self.client.fetch(url, headers), limit_s)
        check_response(found, self._name)
        status, told, body = found
        return status, told, body

    def fetch_together(self, urls: "list[str]") -> "list[Response]":
        """Have the client fetch these at the same time, from as many threads or tasks."""
        if self._loop is not None:
            fetch = self.client.fetch

            async def together() -> "list[Any]":
                return await asyncio.gather(*map(fetch, urls))

            found: list[Response] = self._do(together)
            return found
        answers: dict[str, Any] = {}

        def one(url: str) -> None:
            try:
                answers[url] = self.client.fetch(url)
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                answers[url] = error

        threads = [threading.Thread(target=one, args=(url,), daemon=True) for url in urls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        if len(answers) < len(urls):
            raise HangsError
        for url in urls:
            if isinstance(answers[url], BaseException):
                raise answers[url]
        return [answers[url] for url in urls]

    def cancel(self, url: str, held: threading.Event) -> str:
        """Fetch on the loop, cancel when the server hangs; return the name of what came of it."""

        async def cancelled() -> str:
            task = asyncio.ensure_future(self.client.fetch(url))
            await asyncio.get_running_loop().run_in_executor(None, held.wait, PATIENCE_S)
            await asyncio.sleep(0.05)  # what was sent before it hung has come
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                return "CancelledError"
            except Exception as error:  # noqa: BLE001 - is the answer
                return type(error).__name__
            return "a response"

        found: str = self._do(cancelled)
        return found

    def close(self) -> None:
        """Close it, and let its thread end."""
        self._do(self.client.close)
        self._todo.put(None)

    def _do(self, call: "Callable[[], Any]", limit_s: float = PATIENCE_S) -> Any:
        """Have its thread call this. Raises what that raises, and HangsError."""
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._todo.put((call, answers))
        try:
            well, found = answers.get(timeout=limit_s)
        except queue.Empty:
            self._hangs = True
            raise HangsError from None
        if not well:
            raise found
        return found

    def _live(self) -> None:
        while (todo := self._todo.get()) is not None:
            call, answers = todo
            try:
                answers.put(
                    (True, call() if self._loop is None else self._loop.run_until_complete(_awaited(call)))
                )
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                answers.put((False, error))
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


async def _awaited(call: "Callable[[], Any]") -> Any:
    found = call()
    return await found if isinstance(found, Coroutine) else found
