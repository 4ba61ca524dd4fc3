"""httpx's clients, one per worker or task: a shared pool costs O(connections) for each request."""

import ssl
from typing import Any

import httpx

from .interface import HEADERS, Response

OPTIONS: "dict[str, Any]" = {
    "headers": HEADERS,
    "timeout": None,
    # A connection lives as long as its worker; by default httpx would drop one that idled for 5 s of parsing.
    "limits": httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None),
    "trust_env": False,
    # One empty context for all: loading the certificates for each client takes 20 ms, and no TLS is spoken here.
    "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
}
"""Of both, so that they differ in nothing but their kind."""


class Blocking:
    """One httpx.Client with one keep-alive connection."""

    def __init__(self, base_url: str) -> None:  # noqa: ARG002 - the URL of a request is absolute
        self._client = httpx.Client(**OPTIONS)

    def fetch(self, url: str) -> Response:
        """Return the whole response."""
        response = self._client.get(url)
        return response.status_code, response.content

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


class Asyncio:
    """One httpx.AsyncClient with one keep-alive connection."""

    def __init__(self, base_url: str) -> None:  # noqa: ARG002 - the URL of a request is absolute
        self._client = httpx.AsyncClient(**OPTIONS)

    async def fetch(self, url: str) -> Response:
        """Return the whole response."""
        response = await self._client.get(url)
        return response.status_code, response.content

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()
