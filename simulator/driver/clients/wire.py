"""HTTP as the bare clients speak it: a request as it is sent, and what an answer's head says."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from .interface import Response, Settings

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
OK = 200


class Wire:
    """What is sent to a server, and what its answers are."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.base_url)
        self.address = (parts.hostname or "", parts.port or 80)
        host = f"[{parts.hostname}]" if ":" in self.address[0] else self.address[0]
        fields = {"Host": f"{host}:{self.address[1]}", "Accept-Encoding": settings.accept_encoding}
        self._after_path = (" HTTP/1.1\r\n" + lines(fields)).encode("ascii")
        self._encoded = settings.accept_encoding != "identity"
        self._skip = len(settings.base_url)

    def request(self, url: str, headers: "Mapping[str, str] | None") -> bytes:
        """Return a request as it is sent."""
        extra = b"" if headers is None else lines(headers).encode("ascii")
        return b"GET " + url[self._skip :].encode("ascii") + self._after_path + extra + b"\r\n"

    def response(self, head: bytes, body: bytes) -> Response:
        """Return an answer; its headers only where the status is not 200, or something may be encoded."""
        status = int(head[9:12])
        told = {} if status == OK and not self._encoded else headers_of(head)
        if self._encoded:
            from .decoding import decoded  # noqa: PLC0415 - only where something may be encoded

            body = decoded(body, told)
        return status, told, body


def headers_of(head: bytes) -> "dict[str, str]":
    """Return the headers of a response by their names in lower case."""
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines}


def lines(fields: "Mapping[str, str]") -> str:
    """Return these headers as they are sent."""
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())


def content_length(head: bytes) -> int:
    """Return the length of the body that this head announces. Raises ValueError where it announces none."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(LENGTH):
            return int(line[len(LENGTH) :])
    raise ValueError("the response has no Content-Length, which the client socket needs; use http.client")
