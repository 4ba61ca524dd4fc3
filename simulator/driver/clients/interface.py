"""What a client is to a worker: one object with its keep-alive connections, made with what the scenario asks of it.

No client has a time-out inside the window unless the scenario sets one: a socket time-out adds a poll to each read in
one library and a timer to each request in another, so the time limit of the whole repetition stands in for all of them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import ssl


class Settings(NamedTuple):
    """What every client is made with."""

    base_url: str
    """Of the server, an IP literal: `http://127.0.0.1:41234`, or `https://…`."""
    accept_encoding: str = "identity"
    """Value of the header Accept-Encoding: what is sent compressed is decoded by whoever fetches."""
    timeout_s: "float | None" = None
    """Longest that it may wait for the connection, and for the next bytes; null: for ever."""
    tls: "ssl.SSLContext | None" = None
    """Verifies the server of an https URL; null for http, and for a library that makes its own of the file."""
    connections: int = 1
    """Kept open between requests: one, or as many jobs as share this client."""
    ca_file: "str | None" = None
    """Certificates by which the server of an https URL is verified, for those that take no context; null for http."""


class Headers(Protocol):
    """Of a response."""

    def get(self, name: str, /) -> "str | None":
        """Return the value of the header of this name in lower case; null: there is none."""


Response = tuple[int, Headers, bytes]
"""Status, headers, and whole body as the parser sees it, decoded."""


class BlockingClient(Protocol):
    """Fetches on the calling thread."""

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response; raises what the library raises.

        Args:
            url: Absolute, below the base URL.
            headers: Sent beside the client's own; null: none.
        """

    def close(self) -> None:
        """Close the connection."""


class AsyncClient(Protocol):
    """Fetches on the running loop."""

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response; raises what the library raises. Arguments as of `BlockingClient.fetch`."""

    async def close(self) -> None:
        """Close the connection."""
