"""A server that misbehaves as it is told to, and remembers who asked for what on which connection."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HEAD_END = b"\r\n\r\n"
KEEP, CLOSE, HANG = "keep", "close", "hang"
"""What becomes of a connection when something has been sent on it."""


@dataclass(frozen=True)
class Request:
    """What came."""

    number: int
    """Of all that came, from 1."""
    connection: int
    """On which of all connections, from 1."""
    path: str
    headers: "tuple[tuple[str, str], ...]"
    """As they came, their names in lower case."""

    def values(self, name: str) -> "list[str]":
        """Return the values of all headers of this name."""
        return [value for found, value in self.headers if found == name]


Answer = Callable[[Request], "tuple[bytes, str]"]
"""What to send for a request, and what then becomes of its connection."""


def response(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """Return a response with this body; `_` in the name of a header is a hyphen."""
    fields = {"Content-Type": "text/plain", "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


class Listener:
    """Context manager: listens on a free port of this machine, a thread for each connection.

    Args:
        answer: what it does with a request.
        tls: speaks https with this certificate and key, PEM files; null: http.
    """

    def __init__(self, answer: Answer, tls: "tuple[str, str] | None" = None) -> None:
        self.requests: list[Request] = []
        self.held = threading.Event()
        """Set when a connection hangs."""
        self.gone = threading.Event()
        """Set when a client has closed a connection."""
        self._answer = answer
        self._context: ssl.SSLContext | None = None
        if tls is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._connections: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="listener", daemon=True).start()
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", error: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        self._ended.set()
        with self._lock:
            open_ones = [self._listening, *self._connections]
        for one in open_ones:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                self._connections.append(connection)
                number = len(self._connections)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                while (request := self._read(connection, number)) is not None:
                    sent, then = self._answer(request)
                    connection.sendall(sent)
                    if then == CLOSE:
                        break
                    if then == HANG:
                        self.held.set()
                        self._ended.wait()
                        break
        except OSError:  # the client has gone, or refuses this certificate
            pass
        self.gone.set()

    def _read(self, connection: socket.socket, number: int) -> "Request | None":
        data = b""
        while HEAD_END not in data:
            try:
                came = connection.recv(65536)
            except OSError:
                return None
            if not came:
                return None
            data += came
        first, *lines = data.partition(HEAD_END)[0].decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines)
        headers = tuple((name.strip().lower(), value.strip()) for name, _, value in fields)
        with self._lock:
            request = Request(len(self.requests) + 1, number, first.split()[1], headers)
            self.requests.append(request)
        return request
