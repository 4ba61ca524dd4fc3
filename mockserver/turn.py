"""One request for a page on its way through a server with a queue, a limit or faults: whose it is, and its headers."""

import asyncio
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import NamedTuple

from aiohttp import web

from mockserver.outcomes import NONE, THE_PAGES_OWN
from mockserver.pages import connection_header
from mockserver.served import Reply


class Ended(NamedTuple):
    """How it ended.

    Attributes:
        first_byte_ns: When its first byte was sent; of an answer that has none, when its connection ended.
        last_byte_ns: When its last byte was handed over, or its connection ended.
        status: That was sent; NONE: none was.
        keeps: Its connection may be used again.
    """

    first_byte_ns: int
    last_byte_ns: int
    status: int = NONE
    keeps: bool = False


@dataclass(slots=True)
class Turn:
    """One request.

    Attributes:
        request: As it came.
        page: Page id.
        reply: The page.
        key: `WORKER-NUMBER`.
        request_id: Its own, or the key.
        number: Of the request log.
        job: Of its own id, or the page.
        attempt: From 1; None until it is known which one it is.
        received_ns: When it arrived.
        bandwidth_bps: Of the body, in bytes; None sends it at once.
        begun_ns: From when on it is served.
        intended_ns: The delay to inject from then on; NONE: none.
        hangs: The row of the request log that says that its client is to wait in vain; NONE: it is not.
    """

    request: web.BaseRequest
    page: int
    reply: Reply
    key: str
    request_id: str
    number: int
    job: int
    attempt: int | None
    received_ns: int
    bandwidth_bps: int | None
    begun_ns: int = NONE
    intended_ns: int = NONE
    hangs: int = NONE

    @property
    def transport(self) -> asyncio.Transport:
        """Its connection. Raises ConnectionResetError where that is no more."""
        transport = self.request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        return transport

    @property
    def takes_body(self) -> bool:
        """Whether it asks for more than headers."""
        return self.request.method != "HEAD"

    def stamps(self, first_byte_ns: int) -> bytes:
        """Make the headers that differ from answer to answer, and their end."""
        timing = f"queue;dur={(self.begun_ns - self.received_ns) / 1e6:.12g}"
        if self.intended_ns != NONE:
            actual_ns = first_byte_ns - self.begun_ns
            timing += f", intended;dur={self.intended_ns / 1e6:.12g}, actual;dur={actual_ns / 1e6:.12g}"
        return (
            f"Date: {formatdate(usegmt=True)}\r\n"
            f"X-Request-Id: {self.request_id}\r\n"
            f"X-Received-Ns: {self.received_ns}\r\n"
            f"Server-Timing: {timing}\r\n"
            f"{connection_header(self.request)}\r\n"
        ).encode("ascii")

    async def ended(self, first_byte_ns: int, *, status: int = THE_PAGES_OWN, keeps: bool = True) -> Ended:
        """Wait until all that was written is handed over; then that is how it ended."""
        if self.transport.get_write_buffer_size():
            await self.request.writer.drain()
        return Ended(first_byte_ns, time.monotonic_ns(), status, keeps)
