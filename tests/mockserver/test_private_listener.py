"""Whose a connection is, and that its own user's programs are let in."""

import os
import socket

import pytest

from mockserver.local_peer import LocalPeer, local_peer
from mockserver.private_listener import PrivateListener

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "AF_NETLINK"), reason="only Linux says whose a connection is"
)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_connection_is_its_users(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with PrivateListener(family) as listener:
        try:
            listener.bind((host, 0))
        except OSError as error:
            pytest.skip(f"no {host} here: {error}")
        listener.listen()
        with socket.create_connection(listener.getsockname()[:2]):
            connection, _ = listener.accept()
            with connection:
                assert local_peer(connection) == LocalPeer(os.geteuid(), held=True)


def test_one_that_is_gone_is_not_let_in() -> None:
    with PrivateListener() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        gone = socket.create_connection(listener.getsockname())
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, nothing left
        gone.close()
        with pytest.raises(ConnectionAbortedError):
            listener.accept()


def test_an_end_that_was_closed_is_held_by_nobody_and_one_that_only_says_no_more_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        connection, _ = listener.accept()
        with connection:
            client.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""
            assert local_peer(connection) == LocalPeer(os.geteuid(), held=True)
            client.close()
            try:
                peer = local_peer(connection)
            except OSError:
                return
            assert peer is not None
            assert not peer.held
