"""Accepting connections until there are no file descriptors left, and again when there are.

Event loops have this of their own, but asyncio's takes as many connections at a wake as may wait, and without
descriptors it writes one traceback for each of them, thousands a second. One place for both loops also means
one behaviour.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Iterator

NOT_NOW = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ETOOMANYREFS})
"""Why a connection may not be had at this moment, though it can be later."""

PAUSE_S = 0.1
"""How long to leave waiting connections alone when there is no room for them."""

_ACCEPTED_PER_WAKE = 64

_log = logging.getLogger(__name__)


def accepted(listener: socket.socket, most: int) -> Iterator[socket.socket]:
    """Give connections that wait at a listener that does not block.

    Raises:
        OSError: One of `NOT_NOW`, or something is wrong with the listener.
    """
    for _ in range(most):
        try:
            connection, _ = listener.accept()
        except ConnectionError:  # it has been closed while it waited
            continue
        except (BlockingIOError, InterruptedError):
            return
        yield connection


def tell_full(error: OSError) -> None:
    """Say on standard error why connections wait."""
    _log.warning(
        "mockserver: connections wait (%s); close some, or allow more open files (ulimit -n)", error.strerror
    )


class Accepting:
    """Accepts connections on an event loop."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, listener: socket.socket, adopt: Callable[[socket.socket], None]
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._adopt = adopt
        self._pause: asyncio.TimerHandle | None = None
        listener.setblocking(False)
        self._resume()

    def close(self) -> None:
        """Accept no more."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._listener)

    def _resume(self) -> None:
        self._loop.add_reader(self._listener, self._readable)

    def _readable(self) -> None:
        try:
            for connection in accepted(self._listener, _ACCEPTED_PER_WAKE):
                self._adopt(connection)
        except OSError as error:
            if error.errno not in NOT_NOW:
                raise
            if self._pause is None:  # once for each time that it runs full, not ten times a second
                tell_full(error)
            self._loop.remove_reader(self._listener)
            self._pause = self._loop.call_later(PAUSE_S, self._resume)
        else:
            self._pause = None
