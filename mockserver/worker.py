"""One worker: an event loop that serves until it is told to end, and then ends at once."""

import asyncio
import gc
import os
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mockserver.accepting import Accepting
from mockserver.app import App
from mockserver.conditioned import Conditioned
from mockserver.connection import ConnectionCount, ConnectionServer
from mockserver.deadline import deadline_timer
from mockserver.encrypted import Encrypted
from mockserver.entrance import Entrance
from mockserver.logs import bound_logs
from mockserver.loop_lag import LoopLag
from mockserver.operations import Operations
from mockserver.pages import Pages
from mockserver.reach import Reach
from mockserver.request_log import RequestLog
from mockserver.served import Served

BACKLOG = 8192
"""Connections that may wait to be accepted; the kernel cuts it to its own limit (net.core.somaxconn)."""

INTERRUPTED = 130
"""Exit code after SIGINT: 128 + 2, as shells have it."""

# A client that holds 10,000 connections open between two requests is a use, not an attack.
_KEEPALIVE_S = 3600.0

# Handed connections that one wake of the event loop takes: the others can wait, requests should not.
_HANDED_PER_WAKE = 64


@dataclass(frozen=True)
class WorkerTask:
    """What one worker is to do.

    Attributes:
        served: What to serve at first.
        token: Protects the admin side; None where only this machine can connect.
        reach: Which files a later configuration may name.
        index: Which worker it is; the first is the leader.
        listeners: The listening sockets, for the only worker there is.
        handed: Where the accepted connections of one of several workers come from; its end ends the worker.
        leader: The line to the leader, for all others.
        followers: The lines to all others, for the leader.
        lifeline: A file descriptor whose end of file ends the worker.
        tls: For its side of each connection; None speaks plain HTTP.
    """

    served: Served
    token: str | None
    reach: Reach
    index: int = 0
    listeners: tuple[socket.socket, ...] = ()
    handed: socket.socket | None = None
    leader: socket.socket | None = None
    followers: tuple[socket.socket, ...] = ()
    lifeline: int | None = None
    tls: ssl.SSLContext | None = None


def run(task: WorkerTask, ready: Callable[[], None]) -> int:
    """Serve until a signal, or the end of the lifeline or of the supervisor; then close every connection.

    Args:
        task: What to do.
        ready: Called once, when connections are accepted.

    Returns:
        Exit code: 0, or `INTERRUPTED` after SIGINT.
    """
    bound_logs()
    with asyncio.Runner(loop_factory=loop_factory(task.served.config.loop)) as runner:
        return runner.run(_serve(task, ready))


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """Find the maker of an event loop by its name in a configuration.

    Raises:
        ImportError: It is not installed.
    """
    if name == "uvloop":
        import uvloop  # noqa: PLC0415 (not installed everywhere, and not needed for the other)

        return uvloop.new_event_loop
    return asyncio.new_event_loop


async def _serve(task: WorkerTask, ready: Callable[[], None]) -> int:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    loop.add_signal_handler(signal.SIGTERM, end, 0)
    # A terminal sends SIGINT to every process of the server; the supervisor ends its workers itself.
    loop.add_signal_handler(signal.SIGINT, end if task.handed is None else _ignore, INTERRUPTED)
    timer, lag = deadline_timer(), LoopLag()
    pages = Pages(task.served, RequestLog(task.index), timer)
    count = ConnectionCount()
    operations = Operations(pages, count, lag, task.reach)
    pages.conditioned = Conditioned(pages, timer, Entrance(operations.team, operations.admission)).answer
    connections = ConnectionServer(
        App(pages, operations, task.token).handle,
        count,
        pages.log.count_error,
        keepalive_timeout=_KEEPALIVE_S,
    )
    adopt = _Adopting(loop, _protocols(connections, task.tls)).adopt
    ticking: asyncio.Task[None] | None = None
    try:
        await operations.team.join(task.leader, task.followers)
        if task.lifeline is not None:
            _watch(loop, task.lifeline, end)
        accepting = [Accepting(loop, listener, adopt) for listener in task.listeners]
        if task.handed is not None:
            _take(loop, task.handed, adopt, end)
        # What was made until now stays: without this, each full collection would walk it again.
        gc.collect()
        gc.freeze()
        ticking = asyncio.create_task(lag.run(timer))
        ready()
        code = await ended
        for one in accepting:
            one.close()
        return code
    finally:
        if ticking is not None:
            ticking.cancel()
        for connection in connections.connections:
            if connection.transport is not None:
                connection.transport.abort()
        operations.team.leave()
        timer.close()


def _protocols(connections: ConnectionServer, tls: ssl.SSLContext | None) -> Callable[[], asyncio.Protocol]:
    """Return what makes the protocol of each new socket."""
    return connections if tls is None else partial(Encrypted, tls, connections)


def _ignore(_code: int) -> None:
    pass


def _watch(loop: asyncio.AbstractEventLoop, lifeline: int, end: Callable[[int], None]) -> None:
    def readable() -> None:
        if not os.read(lifeline, 4096):
            loop.remove_reader(lifeline)
            end(0)

    loop.add_reader(lifeline, readable)


class _Adopting:
    """Serves accepted connections."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocols: Callable[[], asyncio.Protocol]) -> None:
        self._loop = loop
        self._protocols = protocols
        self._tasks: set[asyncio.Task[None]] = set()

    def adopt(self, connection: socket.socket) -> None:
        task = self._loop.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(False)
            await self._loop.connect_accepted_socket(self._protocols, connection)
        except OSError:  # it was closed on the way
            connection.close()


def _take(
    loop: asyncio.AbstractEventLoop,
    handed: socket.socket,
    adopt: Callable[[socket.socket], None],
    end: Callable[[int], None],
) -> None:
    """Adopt every connection that comes over `handed`."""

    def readable() -> None:
        for _ in range(_HANDED_PER_WAKE):
            try:
                data, descriptors, _, _ = socket.recv_fds(handed, 1, 1)
            except BlockingIOError:
                return
            except ConnectionError:
                data, descriptors = b"", []
            if not data:
                loop.remove_reader(handed)
                end(0)
                return
            for descriptor in descriptors:
                adopt(socket.socket(fileno=descriptor))

    handed.setblocking(False)
    loop.add_reader(handed, readable)
