"""A connection: when its data arrived, what it says that is no HTTP, and whether its client still listens.

A client may close its side and wait for the answer, as `nc -N` does (RFC 9112, 9.6). To the server that
looks like a client that is gone, until the system is asked to knock (TCP keepalive): a closed socket does
not reply.
"""

import asyncio
import ipaddress
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from mockserver.local_peer import local_peer

LONGEST_TARGET_BYTES = 8_190
LONGEST_HEADER_BYTES = 16_384
MOST_HEADERS = 128

_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)

# A client of another machine that is gone is noticed after some 3 s: one knock after a second, another, and no reply.
_KNOCKS = {"TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 2}
_CAN_KNOCK = hasattr(socket, "TCP_INFO") and all(hasattr(socket, name) for name in _KNOCKS)

# Of Linux's tcp_info, whose first byte is the state.
_STATE_CLOSED = 7

_LOOK_FIRST_S = 0.01
_LOOK_LAST_S = 1.0


@dataclass
class ConnectionCount:
    """Connections that are open now, and that were opened ever."""

    open: int = 0
    opened: int = 0
    when_none: Callable[[], None] = lambda: None
    """Called when the last one has been closed."""


class Connection(web.RequestHandler):
    """A connection that notes when its latest data arrived.

    Attributes:
        arrived_ns: When.
        finished_ns: When the last byte of its latest page was handed over.
        left_ns: When its client has closed its side; 0: it has not.
        ends_with_client: The end of the client's side ends it at once, whatever is being answered.
    """

    __slots__ = (
        "_count_error",
        "_look",
        "_look_in_s",
        "arrived_ns",
        "ends_with_client",
        "finished_ns",
        "left_ns",
    )

    def __init__(
        self, server: "ConnectionServer", count_error: Callable[[int], None], **options: Any
    ) -> None:
        super().__init__(server, **options)
        self._count_error = count_error
        self._look: asyncio.TimerHandle | None = None
        self._look_in_s = _LOOK_FIRST_S
        self.arrived_ns = 0
        self.finished_ns = 0
        self.left_ns = 0
        self.ends_with_client = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over, with an empty write buffer as the aim."""
        # With no room in the buffer, `drain` returns when the last byte is handed to the kernel, so that the
        # last-byte stamp means that also for a body larger than the socket's buffer.
        # uvloop's transports are such too, and no subclass says so.
        cast("asyncio.WriteTransport", transport).set_write_buffer_limits(high=0)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let go of it."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Stamp the arrival before anything else."""
        self.arrived_ns = time.monotonic_ns()
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override] # aiohttp never keeps its side open
        """Keep this side open for what the client has asked for, if it can be told when the client is gone."""
        self.left_ns = time.monotonic_ns()
        transport = self.transport
        if transport is None or self._is_idle() or self.ends_with_client or not _CAN_KNOCK:
            return False
        connected = transport.get_extra_info("socket")
        with suppress(OSError):  # it has been reset meanwhile
            for name, value in _KNOCKS.items():
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._look_after_client()
        return True

    def answered(self) -> None:
        """Note that something was answered: if its client asks no more, it is closed."""
        if self._look is not None:
            self._look.cancel()
            self._look_in_s = _LOOK_FIRST_S
            self._look_after_client()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP, or a fault of this program."""
        if not isinstance(exc, HttpProcessingError):
            self._count_error(status)
            return super().handle_error(request, status, exc, message)
        status, sentence = malformed(exc)
        self._count_error(status)
        if status != HTTPStatus.BAD_REQUEST:
            _log.warning("mockserver: answered %d to a client: %s", status, sentence)
        text = f"{HTTPStatus(status).phrase}: {sentence}\n"
        response = web.Response(status=status, body=text.encode(errors="backslashreplace"))
        response.content_type, response.charset = "text/plain", "utf-8"
        response.force_close()
        return response

    def log_exception(self, *args: Any, **keywords: Any) -> None:
        """Keep a fault of this program; that a client broke off the body of a request is none."""
        if not isinstance(keywords.get("exc_info"), HttpProcessingError | web.RequestPayloadError):
            super().log_exception(*args, **keywords)

    def _is_idle(self) -> bool:
        """Say whether it waits for a request, or for the rest of one."""
        if self._waiter is not None and not self._waiter.done():
            return True
        return self._current_request is not None and not self._current_request.content.is_eof()

    def _look_after_client(self) -> None:
        self._look = asyncio.get_running_loop().call_later(self._look_in_s, self._close_if_done)
        self._look_in_s = min(2 * self._look_in_s, _LOOK_LAST_S)

    def _close_if_done(self) -> None:
        if self.transport is None:
            return
        if self._is_idle():
            self.transport.close()
        elif _is_gone(self.transport.get_extra_info("socket")):
            self.transport.abort()
        else:
            self._look_after_client()


def _is_gone(connected: socket.socket) -> bool:
    try:
        if connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _STATE_CLOSED:
            return True
        # Within one machine the kernel answers knocks for a minute where no program does any more.
        peer = local_peer(connected) if _is_local(connected) else None
    except OSError:
        return True
    return peer is not None and not peer.held


def _is_local(connected: socket.socket) -> bool:
    address = str(connected.getpeername()[0]).partition("%")[0]
    return ipaddress.ip_address(address).is_loopback


def malformed(error: HttpProcessingError) -> tuple[HTTPStatus, str]:
    """Say which status answers what the parser could not take, and why, without what a client has sent."""
    if isinstance(error, LineTooLong):
        # Of the two lines that have a limit, the parser tells which by the limit alone.
        if LONGEST_TARGET_BYTES in error.args:
            return HTTPStatus.REQUEST_URI_TOO_LONG, f"a target has at most {LONGEST_TARGET_BYTES} bytes"
        return (
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"a header has at most {LONGEST_HEADER_BYTES} bytes",
        )
    if "too many headers" in str(error.message).lower():
        return (
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"a request has at most {MOST_HEADERS} headers",
        )
    return HTTPStatus.BAD_REQUEST, str(error.message)


class ConnectionServer(web.Server):
    """aiohttp's low-level server, with `Connection` for its connections, counted."""

    def __init__(
        self, handler: _Handler, count: ConnectionCount, count_error: Callable[[int], None], **options: Any
    ) -> None:
        super().__init__(handler, handler_cancellation=True)
        self._count = count
        self._count_error = count_error
        self._options = {
            "loop": asyncio.get_running_loop(),
            "access_log": None,
            "max_line_size": LONGEST_TARGET_BYTES,
            "max_field_size": LONGEST_HEADER_BYTES,
            "max_headers": MOST_HEADERS,
            "auto_decompress": False,  # nothing that is sent here is long enough
            **options,
        }

    def __call__(self) -> web.RequestHandler:
        """Make the protocol of a new connection."""
        return Connection(self, self._count_error, **self._options)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Count a connection in."""
        self._count.open += 1
        self._count.opened += 1
        super().connection_made(handler, transport)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Count a connection out."""
        self._count.open -= 1
        if not self._count.open:
            self._count.when_none()
        super().connection_lost(handler, exc)
