"""What HTTP asks of a server, over plain sockets."""

import http.client
import re
import socket
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from mockserver.admin import AdminClient
from mockserver.process import MockServer

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]


def connected(server: Any) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60)


def exchange(server: Any, request: bytes, *, half_closed: bool = False) -> bytes:
    """Send raw bytes and read until the server closes."""
    with connected(server) as connection:
        connection.sendall(request)
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
        try:
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionResetError:  # it did not read all that was sent
            return b""


GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (GET % (b"/pages/0", b"X-Long: " + b"x" * 20_000 + b"\r\n"), 431),
        (GET % (b"/pages/0", b"x" * 20_000 + b": y\r\n"), 431),
        (GET % (b"/pages/0", b"".join(b"X-%d: y\r\n" % n for n in range(200))), 431),
        (GET % (b"/pages/0?" + b"x" * 9_000, b""), 414),
        (GET % (b"/" + b"x" * 9_000, b""), 414),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /pages/0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400),
    ],
)
def test_what_is_too_much_is_said_counted_and_one_line(
    shared: MockServer, request_bytes: bytes, status: int
) -> None:
    with AdminClient(shared.url, shared.token) as admin:
        admin.reset()
        before = shared.last_words()
        answer = exchange(shared, request_bytes)
        assert b" %d " % status in answer[:13], answer
        assert admin.stats()["errors"] == {str(status): 1}
    said = shared.last_words().removeprefix(before).strip()
    assert re.fullmatch("" if status == 400 else rf"mockserver: answered {status} to a client: .*", said)


def test_pages_have_a_date_and_are_not_to_be_stored(shared: MockServer, get: Get) -> None:
    for path in ("/pages/0", "/", "/__admin/stats"):
        headers = get(shared, path)[1]
        assert parsedate_to_datetime(headers["Date"]).tzinfo is not None
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/pages/%33", "/%70ages/3", "/%70%61ges%2f3", "/pages/%33?x=1"])
def test_a_path_means_the_same_with_percent_encoding(shared: MockServer, get: Get, path: str) -> None:
    with AdminClient(shared.url, shared.token) as admin:
        admin.reset()
        status, _, _ = get(shared, path)
        if "%2f" in path:  # a slash that is encoded is no separator (RFC 3986, 2.2)
            assert status == 404
        else:
            assert (status, admin.requests()["page"]) == (200, [3])


def test_the_admin_side_hides_behind_no_encoding(start: Start, get: Get) -> None:
    server = start()
    assert get(server, "/%5F%5fadmin/stats", Authorization="")[0] == 401
    assert get(server, "/%5F%5fadmin/stats", Authorization=f"Bearer {server.token}")[0] == 200


@pytest.mark.parametrize("name", ["health", "config", "stats", "requests", "metrics", "lease"])
def test_head_of_the_admin_side_is_a_get_without_a_body(shared: MockServer, get: Get, name: str) -> None:
    status, headers, body = get(shared, f"/__admin/{name}", method="HEAD")
    assert (status, body) == (200, b"")
    assert headers["Content-Type"] == get(shared, f"/__admin/{name}")[1]["Content-Type"]
    assert get(shared, f"/__admin/{name}", method="DELETE")[1]["Allow"].startswith("GET, HEAD")


def test_a_client_that_waits_for_leave_gets_it_before_it_sends(start: Start) -> None:
    server = start()
    body = b'{"latency": "1ms"}'
    head = (
        b"PUT /__admin/config HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
        b"Content-Length: %d\r\nExpect: 100-Continue\r\nConnection: close\r\n\r\n"
    ) % (server.token.encode(), len(body))
    with connected(server) as connection:
        connection.sendall(head)
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_what_else_is_expected_is_refused(shared: MockServer, get: Get) -> None:
    assert get(shared, "/__admin/config", method="PUT", body="{}", Expect="tea")[0] == 417


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_half_closed_client_gets_its_answers(start: Start, loop: str) -> None:
    server = start({"latency": "30ms", "loop": loop})
    admin = b"Authorization: Bearer %s\r\n" % server.token.encode()
    for paths in (
        [b"/pages/0"],
        [b"/pages/0", b"/pages/1?latency=0ms"],
        [b"/"],
        [b"/__admin/stats"],
        [b"/x"],
    ):
        answer = exchange(server, b"".join(GET % (path, admin) for path in paths), half_closed=True)
        assert answer.count(b"HTTP/1.1 ") == len(paths), answer
    assert exchange(server, b"", half_closed=True) == b""
    assert exchange(server, b"GET /pages/0 HT", half_closed=True) == b""
    assert (
        exchange(
            server,
            b"PUT /__admin/config HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n%s\r\n{" % admin,
            half_closed=True,
        )
        == b""
    )


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_client_that_goes_away_is_counted_and_forgotten(start: Start, loop: str) -> None:
    server = start({"latency": "5m", "loop": loop})
    with AdminClient(server.url, server.token) as admin:
        with connected(server) as connection:
            connection.sendall(GET % (b"/pages/0", b""))
            while admin.stats()["in_flight"] != 1:
                pass
        while (stats := admin.stats())["in_flight"] != 0:
            pass
    assert (stats["errors"], stats["requests"]) == ({"499": 1}, 0)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", None),
        (b"GET /pages/\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", None),
        (b"GET /pages/%FF HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /pages/0?latency=%FF HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: \xff\r\n\r\n", 200),
        (b"GET /pages/0 HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: \xff\r\n\r\n", 200),
        (b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET http://localhost/%70ages/0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (
            b"POST /pages/0 HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
            405,
        ),
    ],
)
def test_odd_bytes_are_no_fault_of_the_server(
    shared: MockServer, request_bytes: bytes, status: int | None
) -> None:
    before = shared.last_words()
    answer = exchange(shared, request_bytes, half_closed=True)
    found = int(answer.split(b" ", 2)[1])
    assert found == status if status is not None else 400 <= found < 500, answer
    assert shared.last_words() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
        {"Content-Type": "\udcff"},
    ],
)
def test_a_body_that_is_not_as_it_says_is_refused(shared: MockServer, headers: dict[str, str]) -> None:
    before = shared.last_words()
    head = "".join(f"{name}: {text}\r\n" for name, text in headers.items()).encode(errors="surrogateescape")
    answer = exchange(
        shared,
        b"PUT /__admin/config HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n%s"
        b"Content-Length: 9\r\nConnection: close\r\n\r\nnonsense!" % (shared.token.encode(), head),
    )
    assert (b" 415 " if "Content-Encoding" in headers else b" 400 ") in answer[:13], answer
    assert shared.last_words() == before


def test_a_broken_chunk_is_refused(shared: MockServer) -> None:
    before = shared.last_words()
    answer = exchange(
        shared,
        b"PUT /__admin/config HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n" % shared.token.encode(),
    )
    assert b" 400 " in answer[:13], answer
    assert shared.last_words() == before


def test_a_large_answer_arrives_whole(start: Start) -> None:
    server = start({"content": {"kind": "catalogue", "count": 1, "size": "30MB"}})
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    connection.request("GET", "/pages/0")
    response = connection.getresponse()
    assert len(response.read()) == 30_000_000
    connection.close()
    with AdminClient(server.url, server.token) as admin:
        stamps = admin.requests()
    assert stamps["last_byte_ns"][0] > stamps["first_byte_ns"][0]
