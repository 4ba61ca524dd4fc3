"""A server from its configuration to its end: check, bind, load, serve.

Everything that can be wrong with what a person asked for is found here, before the first connection.
"""

import ipaddress
import os
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.config import ServerConfig
from mockserver.content import ContentError
from mockserver.delay_file import ObservedDelaysError
from mockserver.private_listener import PrivateListener
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
    with _listener(host, port, token, private=lifeline is not None) as listener:
        try:
            served = Served.build(config)
        except (ContentError, ObservedDelaysError) as error:
            raise CannotServeError(str(error)) from error
        certified = _certified(config, host)
        # Listening only now: nobody connects to a server that then fails to load its pages.
        listener.listen(BACKLOG)

        def all_serve(pids: list[int]) -> None:
            url = _url(listener, "http" if certified is None else "https")
            authority = None if certified is None else certified.authority
            ready(Started(url, pids, len(served.replies), served.problems, served.left_out, authority))

        reach = Reach.of(config, roots, token)
        tls = None if certified is None else certified.context
        if config.workers > 1:
            return supervise(served, token, reach, listener, lifeline, tls, all_serve)
        task = WorkerTask(served, token, reach, listener=listener, lifeline=lifeline, tls=tls)
        return run(task, lambda: all_serve([os.getpid()]))


def _listener(host: str, port: int, token: str | None, *, private: bool) -> socket.socket:
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)  # noqa: S104 (refused below without a token)
    except (OSError, UnicodeError) as error:
        raise CannotServeError(f"host {host!r} is no address of this machine: {error}") from error
    family, kind, protocol, _, address = found[0]
    is_local = ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback
    if token is None and not is_local:
        raise CannotServeError(
            f"host {host} can be reached from other machines, who could then reconfigure the server; "
            "protect its admin side with --token TEXT or MOCKSERVER_TOKEN, or use --host 127.0.0.1"
        )
    listener = (PrivateListener if private and is_local else socket.socket)(family, kind, protocol)
    try:
        # A port whose last connections are in TIME_WAIT is free; one that another program listens on is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it: headers and each piece of a slow body leave at once.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        # Without this, two servers could bind the port and the second would fail only at listen().
        listener.listen(1)
    except OSError as error:
        listener.close()
        raise CannotServeError(
            f"port {port} on {host} cannot be used: {error.strerror or error}; "
            "stop the program that has it, or choose another with --port (0 takes a free one)"
        ) from error
    return listener


def _certified(config: ServerConfig, host: str) -> "Certified | None":
    if not config.tls:
        return None
    from mockserver.certificate import certified  # noqa: PLC0415 (takes a tenth of a second that only TLS needs)

    return certified(host)


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
