"""httpx's clients, one per worker or task: a shared pool costs O(connections) for each request."""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from .interface import Response, Settings

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""One empty context for all: loading the certificates for each client takes 20 ms, and no TLS is spoken then."""


def options(settings: Settings) -> "dict[str, Any]":
    """Return what both clients are made with, so that they differ in nothing but their kind."""
    return {
        "headers": {"Accept-Encoding": settings.accept_encoding},
        "timeout": settings.timeout_s,
        # A connection lives as long as its worker; by default httpx would drop one that idled for 5 s of parsing.
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None),
        "trust_env": False,
        "verify": settings.tls or NO_TLS,
    }


class Blocking:
    """One httpx.Client with its keep-alive connections."""

    def __init__(self, settings: Settings) -> None:
        self._client = httpx.Client(**options(settings))

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = self._client.get(url, headers=headers)
        return response.status_code, response.headers, response.content

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Asyncio:
    """One httpx.AsyncClient with its keep-alive connections."""

    def __init__(self, settings: Settings) -> None:
        self._client = httpx.AsyncClient(**options(settings))

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = await self._client.get(url, headers=headers)
        return response.status_code, response.headers, response.content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
