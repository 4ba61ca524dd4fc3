"""What httpx and httpx2 have in common, which is all that is used of them here."""

import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

from .interface import Response, Settings

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""One empty context for all: loading the certificates for each client takes 20 ms, and no TLS is spoken then."""


def options(library: Any, settings: Settings) -> "dict[str, Any]":
    """Return what both clients are made with, so that they differ in nothing but their kind."""
    most = None if settings.connections == 1 else settings.connections
    return {
        "headers": {"Accept-Encoding": settings.accept_encoding},
        "timeout": settings.timeout_s,
        # A connection lives as long as its worker; by default one would be dropped that idled for 5 s of parsing.
        "limits": library.Limits(max_connections=most, max_keepalive_connections=most, keepalive_expiry=None),
        "trust_env": False,
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=())),
        "verify": settings.tls or NO_TLS,
    }


class Blocking:
    """One Client with its keep-alive connections."""

    library: Any

    def __init__(self, settings: Settings) -> None:
        self._client = self.library.Client(**options(self.library, settings))

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = self._client.get(url, headers=headers)
        return response.status_code, response.headers, response.content

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class Asyncio:
    """One AsyncClient with its keep-alive connections."""

    library: Any

    def __init__(self, settings: Settings) -> None:
        self._client = self.library.AsyncClient(**options(self.library, settings))

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = await self._client.get(url, headers=headers)
        return response.status_code, response.headers, response.content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
