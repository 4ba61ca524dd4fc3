"""curl_cffi's sessions: libcurl as browsers are imitated with, here without imitation."""

from collections.abc import Mapping
from typing import Any

from curl_cffi import CurlHttpVersion, CurlOpt
from curl_cffi.requests import AsyncSession, Session

from .interface import Response, Settings


def options(settings: Settings) -> "dict[str, Any]":
    """Return what both sessions are made with. The time-out is of the whole request: libcurl has none of a pause."""
    return {
        "timeout": settings.timeout_s,
        "verify": settings.ca_file or True,
        "allow_redirects": False,
        "trust_env": False,
        "discard_cookies": True,
        "http_version": CurlHttpVersion.V1_1,
        # The environment's proxies are read by libcurl itself; a connection that idles for two minutes is kept.
        "curl_options": {CurlOpt.NOPROXY: "*", CurlOpt.MAXAGE_CONN: 86400},
    }


class Blocking:
    """One Session: a handle of libcurl, with a keep-alive connection, for each thread that uses it."""

    def __init__(self, settings: Settings) -> None:
        self._session: Any = Session(**options(settings))
        self._encoding = settings.accept_encoding

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = self._session.get(url, headers=headers, accept_encoding=self._encoding)
        return response.status_code, response.headers, response.content

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class Asyncio:
    """One AsyncSession with its keep-alive connections."""

    def __init__(self, settings: Settings) -> None:
        self._session: Any = AsyncSession(max_clients=settings.connections, **options(settings))
        self._encoding = settings.accept_encoding

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = await self._session.get(url, headers=headers, accept_encoding=self._encoding)
        return response.status_code, response.headers, response.content

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
