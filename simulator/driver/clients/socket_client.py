"""A bare blocking socket: an HTTP exchange is one send and, where the answer comes in one piece, one receive.

A blocking socket without a time-out lets go of the interpreter's lock in exactly these two calls and in no other, so
how often an exchange has to get the lock back is known by construction: twice.
"""

import socket
from collections.abc import Mapping

from .interface import Response, Settings
from .wire import HEAD_END, Wire, content_length

BUFFER_BYTES = 1 << 20
"""The largest response, head included; so much may wait for its receive."""


class Blocking:
    """One keep-alive connection; `receives` counts the calls that its answers took."""

    def __init__(self, settings: Settings) -> None:
        self._wire = Wire(settings)
        self._timeout_s = settings.timeout_s
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._socket: socket.socket | None = None
        self.receives = 0

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response; its headers only where the status is not 200, or something may be encoded.

        Raises:
            ValueError: it is larger than the buffer, or not HTTP with a Content-Length.
            OSError: the connection cannot be opened, or broke.
        """
        if self._socket is None:
            address = self._wire.address
            self._socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
            # Before it connects: so much may come while nobody receives, and then comes with one receive.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            self._socket.settimeout(self._timeout_s)
            self._socket.connect(address)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(self._wire.request(url, headers))
            return self._receive(self._socket)
        except BaseException:
            self.close()  # a half-read answer must not be taken for the next one
            raise

    def _receive(self, connection: socket.socket) -> Response:
        buffer, view, have, whole = self._buffer, self._view, 0, 0
        head = -1
        while head < 0 or have < whole:
            got = connection.recv_into(view[have:])
            self.receives += 1
            if not got:
                raise ConnectionResetError(
                    "the server closed the connection before the response was complete"
                )
            have += got
            if head < 0:
                head = buffer.find(HEAD_END, 0, have)
                whole = 0 if head < 0 else head + len(HEAD_END) + content_length(bytes(view[:head]))
            if max(whole, have + (head < 0)) > BUFFER_BYTES:
                raise ValueError(
                    f"the response ({whole or 'more than ' + str(have)} bytes) does not fit into the"
                    f" {BUFFER_BYTES} bytes of the client socket; make the pages smaller (server.content) or use"
                    " http.client"
                )
        if have > whole:
            raise ValueError(f"the server sent {have - whole} bytes more than it announced")
        return self._wire.response(bytes(view[:head]), bytes(view[head + len(HEAD_END) : whole]))

    def close(self) -> None:
        """Close the connection."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()
