"""What a client is to a worker: one object, one keep-alive connection, no time-out, identity encoding.

No client has a time-out inside the window: a socket time-out adds a poll to each read in one library and a
timer to each request in another, so the time limit of the whole repetition stands in for all of them.
"""

from importlib import import_module
from typing import Any, Protocol

HEADERS = {"Accept-Encoding": "identity"}

BLOCKING = {"http.client": "http_client", "httpx": "httpx_sync", "socket": "socket_client"}
ASYNCIO = {"httpx": "httpx_async", "aiohttp": "aiohttp_async"}
LIBRARIES = {
    "httpx": ("httpx",),
    "aiohttp": ("aiohttp",),
    "http.client": ("http.client",),
    "socket": ("socket",),
}


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


def adapter(library: str, fetch: str) -> Any:
    """Return the module of a library's client for `blocking` or `asyncio`. Raises ImportError where it is missing."""
    names = ASYNCIO if fetch == "asyncio" else BLOCKING
    return import_module("." + names[library], __package__)


def open_blocking(library: str, base_url: str) -> BlockingClient:
    """Return a new client for the calling thread. Raises ImportError where the library is not installed."""
    client: BlockingClient = adapter(library, "blocking").Client(base_url)
    return client


def open_async(library: str, base_url: str) -> AsyncClient:
    """Return a new client for the running loop. Raises ImportError where the library is not installed."""
    client: AsyncClient = adapter(library, "asyncio").Client(base_url)
    return client
