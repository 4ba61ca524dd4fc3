"""The addresses of a server: those that follow its first, all on one port; what cannot be had is a sentence."""

import errno
import http.client
import socket
import ssl
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from mockserver import listening
from mockserver.addresses import following, urls
from mockserver.admin import AdminClient
from mockserver.listening import CannotListenError, closing_all, open_listeners
from mockserver.process import MockServer

Start = Callable[..., MockServer]

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")


def test_addresses_follow_the_first() -> None:
    assert following("127.0.0.1", 3) == ("127.0.0.1", "127.0.0.2", "127.0.0.3")
    assert following("::1", 1) == ("::1",)
    assert urls("https://127.0.0.255:99", 2) == ("https://127.0.0.255:99", "https://127.0.1.0:99")
    assert urls("http://localhost:99", 1) == ("http://localhost:99",)


@pytest.mark.parametrize("host", ["localhost", "::1", "192.0.2.1", "127.255.255.255"])
def test_a_host_without_others_after_it_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=f"host {host} has no 2 loopback addresses .*--host 127.0.0.1"):
        following(host, 2)


@linux
def test_all_addresses_are_on_one_port_that_nobody_else_gets() -> None:
    found = open_listeners("127.0.0.1", 0, None, addresses=3, private=True)
    with closing_all(found):
        assert [one.getsockname()[0] for one in found] == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
        (port,) = {one.getsockname()[1] for one in found}
        with pytest.raises(CannotListenError, match=f"port {port} on 127.0.0.1 cannot be used"):
            open_listeners("127.0.0.1", port, None, addresses=1, private=False)
    assert [one.fileno() for one in found] == [-1, -1, -1]


@linux
def test_a_port_that_is_taken_on_another_address_is_not_the_one() -> None:
    with socket.create_server(("127.0.0.2", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListenError, match=f"port {port} on 127.0.0.2 cannot be used"):
            open_listeners("127.0.0.1", port, None, addresses=2, private=False)
        with socket.create_server(("127.0.0.1", port)):
            pass  # the first address has been given back


def test_where_there_are_no_others_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mac(socket.socket):
        def bind(self, address: object) -> None:
            if isinstance(address, tuple) and address[0] != "127.0.0.1":
                raise OSError(49 if sys.platform == "darwin" else 99, "Can't assign requested address")
            super().bind(address)  # type: ignore[arg-type]

    monkeypatch.setattr(listening, "PrivateListener", Mac)
    with pytest.raises(CannotListenError, match=r"only Linux has all of 127\.0\.0\.0/8; use --addresses 1"):
        open_listeners("127.0.0.1", 0, None, addresses=2, private=True)


@pytest.mark.parametrize("host", ["192.0.2.1", "::1"])
def test_a_first_address_that_is_none_is_no_matter_of_systems(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(socket.socket):
        def bind(self, _: object) -> None:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")

    monkeypatch.setattr(listening, "PrivateListener", Other)
    monkeypatch.setattr(socket, "socket", Other)
    with pytest.raises(CannotListenError, match=f"^{host} is no address of this machine; use --host 127"):
        open_listeners(host, 0, "token", addresses=1, private=True)


@linux
def test_every_address_answers_for_the_one_server(start: Start) -> None:
    server = start({"workers": 2, "addresses": 2, "tls": True, "loop": "asyncio"})
    context = ssl.create_default_context(cadata=server.authority)
    for url in urls(server.url, 2):
        parts = urlsplit(url)
        connection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=20, context=context
        )
        connection.request("GET", "/pages/1")
        assert connection.getresponse().read().rstrip().endswith(b"</html>")
        connection.close()
    with AdminClient(server.url, server.token, authority=server.authority) as admin:
        assert admin.stats()["requests"] == 2
        with pytest.raises(Exception, match="addresses: is 2 and cannot change while the server runs"):
            admin.configure(admin.config().model_copy(update={"addresses": 1}))
