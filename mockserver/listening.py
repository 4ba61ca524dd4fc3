"""The listening sockets of a server: one, or one on each of several loopback addresses, all on the same port."""

import errno
import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from mockserver.addresses import following
from mockserver.private_listener import PrivateListener

# A free port of the first address may be taken on another one.
_TRIES = 20
OTHER_HOST = "; use --host 127.0.0.1, or an address that it has"
ONLY_LINUX = ": only Linux has all of 127.0.0.0/8; use --addresses 1, for at most some 28,000 connections"
"""Of an address after the first."""


class CannotListenError(RuntimeError):
    """An address or a port does not allow it; one sentence that says why and what to do."""


def open_listeners(
    host: str, port: int, token: str | None, *, addresses: int, private: bool
) -> tuple[socket.socket, ...]:
    """Bind every address, so that nobody else can have it; connections are taken from `listen` on.

    Args:
        host: The first address; any but loopback needs a token.
        port: 0 takes one that is free on all.
        token: Protects the admin side.
        addresses: How many of them.
        private: On loopback, let in no other user's programs.

    Raises:
        CannotListenError: It cannot be had.
    """
    family, address = _found(host, port)
    is_local = ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback
    if token is None and not is_local:
        raise CannotListenError(
            f"host {host} can be reached from other machines, who could then reconfigure the server; "
            "protect its admin side with --token TEXT or MOCKSERVER_TOKEN, or use --host 127.0.0.1"
        )
    try:
        others = following(str(address[0]), addresses)[1:]
    except ValueError as error:
        raise CannotListenError(str(error)) from error
    kind = PrivateListener if private and is_local else socket.socket
    for tried in range(_TRIES):
        with ExitStack() as opened:
            first = opened.enter_context(_bound(kind, family, address, host))
            bound = first.getsockname()[1]
            try:
                more = [
                    opened.enter_context(_bound(kind, family, (other, bound), other, ONLY_LINUX))
                    for other in others
                ]
            except _TakenError:
                if port or tried == _TRIES - 1:
                    raise
                continue
            opened.pop_all()
            return first, *more
    raise AssertionError("the last try returns or raises")


@contextmanager
def closing_all(listeners: Sequence[socket.socket]) -> Iterator[None]:
    """Close them on leaving."""
    try:
        yield
    finally:
        for listener in listeners:
            listener.close()


class _TakenError(CannotListenError):
    """Another program has the port."""


def _found(host: str, port: int) -> tuple[int, tuple[object, ...]]:
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)  # noqa: S104 (refused without a token)
    except (OSError, UnicodeError) as error:
        raise CannotListenError(f"host {host!r} is no address of this machine: {error}") from error
    family, _, _, _, address = found[0]
    return family, address


def _bound(
    kind: type[socket.socket], family: int, address: tuple[object, ...], host: str, hint: str = OTHER_HOST
) -> socket.socket:
    listener = kind(family, socket.SOCK_STREAM)
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
        if error.errno == errno.EADDRNOTAVAIL:
            raise CannotListenError(f"{host} is no address of this machine{hint}") from error
        taken = _TakenError if error.errno == errno.EADDRINUSE else CannotListenError
        raise taken(
            f"port {address[1]} on {host} cannot be used: {error.strerror or error}; "
            "stop the program that has it, or choose another with --port (0 takes a free one)"
        ) from error
    return listener
