"""Answering a page: wait until its moment, stamp, send, record.

This is the path that is measured, so it does only what the measurement needs. The reply is written as one
piece of bytes: aiohttp's own response object costs about as much again as everything here. Received is
stamped in `data_received`, before the request is parsed and before it queues behind others in the event
loop, so that such queueing counts as the server's delay error, not as the client's time.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import cast

from aiohttp import HttpVersion10, web
from aiohttp.abc import AbstractStreamWriter
from multidict import istr

from mockserver.connection import Connection
from mockserver.deadline import DeadlineTimer
from mockserver.request_log import CLIENTS_OWN, RequestLog
from mockserver.served import Served
from mockserver.spreading import spread

CLIENT_GONE = 499
"""The status under which a request is counted whose client went away first (nginx's number for it)."""

# The date is of whole seconds, and need not be newer than that.
_DATE_NS = 1_000_000_000

# Folded to lower case once, not with each request.
REQUEST_ID, ACCEPT_ENCODING = istr("X-Request-Id"), istr("Accept-Encoding")

# Written in one way only, so that two different ids are two different attempts; both fit 64 bits.
CLIENTS_ID = re.compile(r"(0|[1-9][0-9]{0,17})-([1-9][0-9]{0,17})")


class _Sent(web.StreamResponse):
    """Tells aiohttp that the response has been written already, and whether to keep the connection."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._kept = keep_alive

    @property
    def keep_alive(self) -> bool:
        return self._kept

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:  # noqa: ARG002 (inherited)
        return None

    async def write_eof(self, data: bytes | bytearray | memoryview = b"") -> None:
        pass


# They hold nothing of a request, so all requests share them.
KEEP = _Sent(keep_alive=True)
CLOSE = _Sent(keep_alive=False)


class Pages:
    """Answers requests for pages and records them.

    Attributes:
        served: What is served; replacing it leaves requests in flight as they are.
        generation: How often it has been replaced.
        log: The record.
        conditioned: What answers in this one's place where the configuration has a capacity, a limit or faults.
    """

    conditioned: Callable[[web.BaseRequest, int], Awaitable[web.StreamResponse]]

    def __init__(self, served: Served, log: RequestLog, timer: DeadlineTimer) -> None:
        self.served = served
        self.generation = 0
        self.log = log
        self._timer = timer
        self._date = b""
        self._dated_until_ns = 0

    async def answer(  # noqa: C901, PLR0912, PLR0915 (every call costs on the path that is measured)
        self, request: web.BaseRequest, page: int, intended_ns: int | None = None
    ) -> web.StreamResponse:
        """Send a page at its moment.

        Args:
            request: A GET or HEAD request.
            page: Page id, from 0.
            intended_ns: The delay to inject; None takes the configured one.
        """
        served, log = self.served, self.log
        if served.drawn is not None and intended_ns is None:
            return await self.conditioned(request, page)
        connection = cast("Connection", request.protocol)  # ConnectionServer makes no others
        # A request that was pipelined behind another one is due after it: HTTP/1.1 answers in order.
        received_ns = max(connection.arrived_ns, connection.finished_ns)
        number = log.numbered
        log.numbered = number + 1
        log.in_flight += 1
        job, attempt, request_id = page, 1, request.headers.get(REQUEST_ID)
        own = None if request_id is None else CLIENTS_ID.fullmatch(request_id)
        if own is None:
            request_id = f"{log.worker}-{number}"
        else:
            number, job, attempt = CLIENTS_OWN, int(own[1]), int(own[2])
        try:
            if intended_ns is None:
                intended_ns = served.delay_ns(page)
            if intended_ns:
                await self._timer.until(received_ns + intended_ns)
            reply = (
                served.replies[page % len(served.replies)]
                if served.encoded is None
                else served.encoded.reply(page, request.headers.get(ACCEPT_ENCODING))
            )
            first_byte_ns = time.monotonic_ns()
            actual_ns = first_byte_ns - received_ns
            if first_byte_ns >= self._dated_until_ns:
                self._dated_until_ns = first_byte_ns + _DATE_NS
                self._date = f"Date: {formatdate(usegmt=True)}\r\n".encode("ascii")
            head = (
                reply.head
                + self._date
                + (
                    f"X-Request-Id: {request_id}\r\n"
                    f"X-Received-Ns: {received_ns}\r\n"
                    f"Server-Timing: intended;dur={intended_ns / 1e6:.12g}, actual;dur={actual_ns / 1e6:.12g}\r\n"
                    f"{connection_header(request)}\r\n"
                ).encode("ascii")
            )
            transport = connection.transport
            if transport is None or transport.is_closing():
                raise ConnectionResetError
            if request.method == "HEAD":
                transport.write(head)
            elif served.bandwidth_bps is None:
                transport.writelines((head, reply.body))
            else:
                transport.write(head)
                duration_ns = len(reply.body) * 1_000_000_000 // served.bandwidth_bps
                await spread(self._timer, request.writer, transport, reply.body, first_byte_ns, duration_ns)
            if transport.get_write_buffer_size():
                await request.writer.drain()
            last_byte_ns = time.monotonic_ns()
        except asyncio.CancelledError:
            log.count_error(CLIENT_GONE, received_ns)
            raise
        except ConnectionError:
            log.count_error(CLIENT_GONE, received_ns)
            return CLOSE
        finally:
            log.in_flight -= 1
        connection.finished_ns = last_byte_ns
        connection.answered()
        log.add(number, page, received_ns, first_byte_ns, last_byte_ns, intended_ns, job, attempt)
        return KEEP if request.keep_alive else CLOSE


def connection_header(request: web.BaseRequest) -> str:
    """HTTP/1.1 keeps the connection unless told otherwise; HTTP/1.0 closes it unless told otherwise."""
    if not request.keep_alive:
        return "Connection: close\r\n"
    return "Connection: keep-alive\r\n" if request.version == HttpVersion10 else ""
