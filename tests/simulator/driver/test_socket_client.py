"""The client that lets go of the interpreter's lock a known number of times."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mockserver.config import ServerConfig
from mockserver.process import MockServer
from simulator.driver.clients import Settings
from simulator.driver.clients.socket_client import BUFFER_BYTES, Blocking

Answer = Callable[[socket.socket], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Serve one connection: read one request, then do as `answer` says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


def test_each_small_page_of_the_mock_server_takes_one_receive() -> None:
    config = ServerConfig.model_validate({"content": {"kind": "catalogue", "count": 4, "items": 0}})
    with MockServer.start(config) as server:
        client = Blocking(Settings(server.url))
        answers = [client.fetch(f"{server.url}/pages/{page}") for page in range(50)]
        client.close()
    assert {status for status, _, _ in answers} == {200}
    assert all(body.rstrip().endswith(b"</html>") for _, _, body in answers)
    assert client.receives == 50


def test_a_response_in_pieces_is_put_together() -> None:
    first_read = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-")
        first_read.wait(10)
        connection.sendall(b"Length: 5\r\n\r\nhello")

    with answering(answer) as url:
        client = Blocking(Settings(url))
        first_read.set()
        assert client.fetch(f"{url}/pages/1") == (404, {"content-length": "5"}, b"hello")
        client.close()


@pytest.mark.parametrize(
    ("sent", "error", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", ValueError, "no Content-Length"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BUFFER_BYTES,
            ValueError,
            r"does not fit .* make the pages smaller",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", ValueError, "1 bytes more than it announced"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
            ConnectionResetError,
            "before the response was complete",
        ),
    ],
    ids=["no length", "too large", "too long", "cut off"],
)
def test_what_it_cannot_read_is_said(sent: bytes, error: type[Exception], words: str) -> None:
    with answering(lambda connection: connection.sendall(sent)) as url:
        client = Blocking(Settings(url))
        with pytest.raises(error, match=words):
            client.fetch(f"{url}/pages/1")
        client.close()
