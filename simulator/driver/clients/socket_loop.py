"""A bare connection on an event loop: an exchange is one write and, where the answer comes in one piece, one read.

What is left of a client when nothing is done but that: what a loop itself costs, and with many connections what fits.
"""

import asyncio
from collections.abc import Mapping
from typing import cast

from .interface import Response, Settings
from .wire import HEAD_END, Wire, content_length


class Asyncio:
    """Keep-alive connections: one, or as many as share it."""

    def __init__(self, settings: Settings) -> None:
        self._wire = Wire(settings)
        self._timeout_s = settings.timeout_s
        self._room = asyncio.Semaphore(settings.connections) if settings.connections > 1 else None
        self.idle: list[Exchange] = []

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response; its headers only where the status is not 200, or something may be encoded.

        Raises:
            ValueError: it is not HTTP with a Content-Length.
            OSError: the connection cannot be opened, or broke.
        """
        asked = self._wire.request(url, headers)
        if self._room is None:
            return await self._exchanged(asked)
        async with self._room:
            return await self._exchanged(asked)

    async def close(self) -> None:
        """Close the connections."""
        while self.idle:
            self.idle.pop().close()

    async def _exchanged(self, asked: bytes) -> Response:
        while self.idle and not self.idle[-1].is_open:
            self.idle.pop()
        exchange = self.idle.pop() if self.idle else await self._opened()
        try:
            data = await exchange.answer(asked)
        except BaseException:
            exchange.close()  # a half-read answer must not be taken for the next one
            raise
        self.idle.append(exchange)
        return self._wire.response(data[: exchange.head], data[exchange.head + len(HEAD_END) :])

    async def _opened(self) -> "Exchange":
        loop, timeout_s = asyncio.get_running_loop(), self._timeout_s
        async with asyncio.timeout(timeout_s):
            _, made = await loop.create_connection(lambda: Exchange(loop, timeout_s), *self._wire.address)
        return made


class Exchange(asyncio.Protocol):
    """One connection, on which one request at a time is made. `head`: how long the head of the last answer was."""

    __slots__ = ("_answer", "_have", "_loop", "_timeout_s", "_timer", "_transport", "_whole", "head")

    def __init__(self, loop: asyncio.AbstractEventLoop, timeout_s: "float | None") -> None:
        self._loop, self._timeout_s = loop, timeout_s
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._have, self._whole, self.head = b"", 0, -1

    @property
    def is_open(self) -> bool:
        """Whether the server has not closed it."""
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)

    async def answer(self, asked: bytes) -> bytes:
        """Send a request and return its answer, head and all."""
        if self._transport is None:
            raise ConnectionResetError("the server has closed the connection")
        self._have, self._whole, self.head = b"", 0, -1
        self._answer = self._loop.create_future()
        self._wait()
        self._transport.write(asked)
        try:
            return await self._answer
        finally:
            self._answer = None
            if self._timer is not None:
                self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Put the answer together."""
        answer = self._answer
        if answer is None or answer.done():
            self.close()  # nobody has asked for it
            return
        have = self._have = self._have + data if self._have else data
        if self.head < 0:
            self.head = have.find(HEAD_END)
            if self.head >= 0:
                try:
                    self._whole = self.head + len(HEAD_END) + content_length(have[: self.head])
                except ValueError as error:
                    answer.set_exception(error)
                    return
        if self.head < 0 or len(have) < self._whole:
            self._wait()
        elif len(have) == self._whole:
            self._have = b""
            answer.set_result(have)
        else:
            more = len(have) - self._whole
            answer.set_exception(ValueError(f"the server sent {more} bytes more than it announced"))

    def connection_lost(self, error: "Exception | None") -> None:
        """Tell who waits."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(
                error
                or ConnectionResetError("the server closed the connection before the response was complete")
            )

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _wait(self) -> None:
        if self._timeout_s is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_later(self._timeout_s, self._late)

    def _late(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(TimeoutError(f"nothing came for {self._timeout_s} s"))
