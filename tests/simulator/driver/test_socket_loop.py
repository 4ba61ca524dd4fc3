"""A bare connection on an event loop."""

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from simulator.driver.clients import Response, Settings
from simulator.driver.clients.socket_loop import Asyncio
from tests.simulator.driver.test_socket_client import answering

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def fetched(url: str, **settings: float) -> Response:
    async def fetch() -> Response:
        client = Asyncio(Settings(url, **settings))  # type: ignore[arg-type] # the time-out alone
        try:
            return await client.fetch(f"{url}/pages/1")
        finally:
            await client.close()

    return asyncio.run(fetch())


def test_a_response_in_pieces_is_put_together() -> None:
    def answer(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (b"HTTP/1.1 404 Not Found\r\nContent-", b"Length: 5\r\n\r", b"\nhel", b"lo"):
            connection.sendall(piece)

    with answering(answer) as url:
        assert fetched(url) == (404, {"content-length": "5"}, b"hello")


@pytest.mark.parametrize(
    ("sent", "error", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", ValueError, "no Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", ValueError, "1 bytes more than it announced"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
            ConnectionResetError,
            "before the response was complete",
        ),
    ],
    ids=["no length", "too long", "cut off"],
)
def test_what_it_cannot_read_is_said(sent: bytes, error: type[Exception], words: str) -> None:
    with answering(lambda connection: connection.sendall(sent)) as url, pytest.raises(error, match=words):
        fetched(url)


def test_a_pause_that_is_too_long_is_a_time_out_and_the_next_fetch_opens_a_connection() -> None:
    waited = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(HELLO[:-1])
        waited.wait(10)

    with answering(answer) as url:
        with pytest.raises(TimeoutError, match=r"nothing came for 0\.05 s"):
            fetched(url, timeout_s=0.05)
        waited.set()


def several(listener: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            answer(connection)


def test_a_connection_that_the_server_has_closed_is_not_asked_again() -> None:
    async def fetch(url: str) -> list[Response]:
        client = Asyncio(Settings(url))
        found = [await client.fetch(f"{url}/pages/1")]
        while any(one.is_open for one in client.idle):  # noqa: ASYNC110 (the client tells nobody)
            await asyncio.sleep(0)
        found.append(await client.fetch(f"{url}/pages/2"))
        await client.close()
        return found

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(
            target=several, args=(listener, lambda connection: connection.sendall(HELLO))
        )
        serving.start()
        found = asyncio.run(fetch(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        listener.shutdown(socket.SHUT_RDWR)
        serving.join(10)
    assert [body for _, _, body in found] == [b"hello", b"hello"]
