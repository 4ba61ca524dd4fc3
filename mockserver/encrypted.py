"""TLS between a connection and its socket, the same on every event loop.

Event loops have this of their own, but theirs say that all is written while the socket still has to take some of it,
so that the last-byte stamp would come too early, and they end a connection whose client has closed its side. This one
keeps no bytes of its own: what the connection writes is encrypted and handed to the socket's transport at once.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, cast

_HANDSHAKE_S = 60.0

# A record has no more; one read gives one.
_RECORD_BYTES = 16_384

Bytes = bytes | bytearray | memoryview


class Encrypted(asyncio.Protocol, asyncio.Transport):
    """A protocol to the socket's transport, and a transport to the connection that it makes once hands are shaken."""

    def __init__(self, context: ssl.SSLContext, make: Callable[[], asyncio.Protocol]) -> None:
        super().__init__()
        self._make = make
        self._context = context
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._wire: asyncio.Transport | None = None
        self._inner: asyncio.Protocol | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._ended = False

    # The protocol, to the socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the client's first words, for a while."""
        self._wire = wire = cast("asyncio.Transport", transport)
        self._limit = asyncio.get_running_loop().call_later(_HANDSHAKE_S, wire.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the connection, where there is one by now."""
        self._shaken()
        self._wire = None
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Decrypt what came, and hand it on."""
        self._incoming.write(data)
        try:
            if self._inner is None and not self._shake_hands():
                return
            self._hand_on()
        except ssl.SSLError:  # no TLS, none that both speak, or a client that does not trust this server
            self._flush()  # what is wrong, as TLS says it
            self._close()

    def eof_received(self) -> bool:
        """Leave it to the connection whether its own side stays open."""
        return self._inner is not None and self._tell_end()

    def pause_writing(self) -> None:
        """Hand on that the socket takes no more."""
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand on that it does again."""
        if self._inner is not None:
            self._inner.resume_writing()

    def _shake_hands(self) -> bool:
        """Go on with the handshake; returns whether that is done."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        self._flush()
        self._shaken()
        self._inner = self._make()
        self._inner.connection_made(self)
        return True

    def _shaken(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _hand_on(self) -> None:
        pieces = []
        ended = False
        while not ended:
            try:
                piece = self._tls.read(_RECORD_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                piece = b""
            pieces.append(piece)
            ended = not piece
        if self._outgoing.pending:  # new keys were asked for
            self._flush()
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if data and self._inner is not None:
            self._inner.data_received(data)
        if ended and not self._tell_end():
            self.close()

    def _tell_end(self) -> bool:
        """Say once that the client sends no more; returns whether the connection goes on."""
        if self._ended or self._inner is None:
            return True
        self._ended = True
        return bool(self._inner.eof_received())

    def _flush(self) -> None:
        data = self._outgoing.read()
        if data and self._wire is not None:
            self._wire.write(data)

    def _close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    # The transport, to the connection

    def write(self, data: Bytes) -> None:
        """Encrypt and hand over."""
        if not data or self._wire is None or self._wire.is_closing():
            return
        written = self._tls.write(data)
        while written < len(data):
            written += self._tls.write(memoryview(data)[written:])
        self._wire.write(self._outgoing.read())

    def writelines(self, list_of_data: Iterable[Bytes]) -> None:
        """Encrypt as one: a page and its head share their first record."""
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        """Say goodbye and close, when all has been handed over."""
        if self._wire is None or self._wire.is_closing():
            return
        with suppress(ssl.SSLError):  # the client's own goodbye is not waited for
            self._tls.unwrap()
        self._flush()
        self._close()

    def abort(self) -> None:
        """Close at once."""
        if self._wire is not None:
            self._wire.abort()

    def is_closing(self) -> bool:
        """Say whether it is closed, or will be."""
        return self._wire is None or self._wire.is_closing()

    def can_write_eof(self) -> bool:
        """Say no: an end is told by closing."""
        return False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the socket transport's."""
        if self._wire is not None:
            self._wire.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """Return what the socket still has to take."""
        return 0 if self._wire is None else self._wire.get_write_buffer_size()

    def pause_reading(self) -> None:
        """Read no more for now."""
        if self._wire is not None:
            self._wire.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        if self._wire is not None:
            self._wire.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the socket's transport knows, and what of TLS is known here."""
        if name == "sslcontext":
            return self._context
        if name == "ssl_object":
            return self._tls
        return default if self._wire is None else self._wire.get_extra_info(name, default)
