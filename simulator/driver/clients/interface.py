"""What a client is to a worker: one object, one keep-alive connection, no time-out, identity encoding.

No client has a time-out inside the window: a socket time-out adds a poll to each read in one library and a
timer to each request in another, so the time limit of the whole repetition stands in for all of them.
"""

from typing import Protocol

HEADERS = {"Accept-Encoding": "identity"}

Response = tuple[int, bytes]
"""Status and whole body."""


class BlockingClient(Protocol):
    """Fetches on the calling thread."""

    def fetch(self, url: str) -> Response:
        """Return the whole response; raises what the library raises."""

    def close(self) -> None:
        """Close the connection."""


class AsyncClient(Protocol):
    """Fetches on the running loop."""

    async def fetch(self, url: str) -> Response:
        """Return the whole response; raises what the library raises."""

    async def close(self) -> None:
        """Close the connection."""
