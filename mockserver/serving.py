"""A server from its configuration to its end: check, bind, load, serve.

Everything that can be wrong with what a person asked for is found here, before the first connection.
"""

import ipaddress
import os
import resource
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.config import ServerConfig
from mockserver.content import ContentError
from mockserver.delay_file import ObservedDelaysError
from mockserver.listening import CannotListenError, closing_all, open_listeners
from mockserver.reach import Reach
from mockserver.served import Served
from mockserver.supervisor import supervise
from mockserver.worker import BACKLOG, WorkerTask, loop_factory, run

if TYPE_CHECKING:
    from mockserver.certificate import Certified


class CannotServeError(RuntimeError):
    """The server cannot start as asked; one sentence that says why and what to do."""


@dataclass(frozen=True)
class Started:
    """A server that accepts connections.

    Attributes:
        url: Where, with an IP literal.
        pids: The workers' process ids, the first worker's first.
        pages: How many pages there are.
        problems: What of the content is not served, and why.
        left_out: How many files and folders those are.
        authority: The certificate, as PEM, that clients verify it with; None where it speaks plain HTTP.
    """

    url: str
    pids: list[int]
    pages: int
    problems: tuple[str, ...]
    left_out: int
    authority: str | None = None


def serve(
    config: ServerConfig,
    *,
    host: str,
    port: int,
    token: str | None,
    roots: tuple[Path, ...] = (),
    lifeline: int | None,
    ready: Callable[[Started], None],
) -> int:
    """Serve until a signal or the end of the lifeline.

    Args:
        config: What to serve.
        host: Address to listen on; any but loopback needs a token.
        port: 0 takes a free one.
        token: Protects the admin side.
        roots: Without a token, a later configuration may only name files below these and what `config` names.
        lifeline: A file descriptor whose end of file ends the server, which is for the program that holds it: on
            loopback it lets in no other user's.
        ready: Called once, when connections are accepted.

    Returns:
        Exit code: 0, or 130 after SIGINT.

    Raises:
        CannotServeError: Address, port, content, loop or token do not allow it.
        WorkerDiedError: One of several workers ended by itself.
    """
    try:
        loop_factory(config.loop)
    except ImportError as error:
        raise CannotServeError(f"loop {config.loop} is not installed; choose --loop asyncio") from error
    _raise_descriptor_limit()
    try:
        listeners = open_listeners(
            host, port, token, addresses=config.addresses, private=lifeline is not None
        )
    except CannotListenError as error:
        raise CannotServeError(str(error)) from error
    with closing_all(listeners):
        listener = listeners[0]
        try:
            served = Served.build(config)
        except (ContentError, ObservedDelaysError) as error:
            raise CannotServeError(str(error)) from error
        certified = _certified(config, host, [one.getsockname()[0] for one in listeners[1:]])
        # Listening only now: nobody connects to a server that then fails to load its pages.
        for one in listeners:
            one.listen(BACKLOG)

        def all_serve(pids: list[int]) -> None:
            url = _url(listener, "http" if certified is None else "https")
            authority = None if certified is None else certified.authority
            ready(Started(url, pids, len(served.replies), served.problems, served.left_out, authority))

        reach = Reach.of(config, roots, token)
        tls = None if certified is None else certified.context
        if config.workers > 1:
            return supervise(served, token, reach, listeners, lifeline, tls, all_serve)
        task = WorkerTask(served, token, reach, listeners=listeners, lifeline=lifeline, tls=tls)
        return run(task, lambda: all_serve([os.getpid()]))


def _certified(config: ServerConfig, host: str, others: Sequence[str]) -> "Certified | None":
    if not config.tls:
        return None
    from mockserver.certificate import certified  # noqa: PLC0415 (takes a tenth of a second that only TLS needs)

    return certified(host, others)


def _url(listener: socket.socket, scheme: str) -> str:
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1" if listener.family == socket.AF_INET else "::1"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _raise_descriptor_limit() -> None:
    """Allow as many connections as this user may have at all."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # macOS has a hard limit "infinity" that cannot be set
        return
