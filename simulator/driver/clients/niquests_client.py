"""niquests' sessions, on urllib3-future's pool of connections, with HTTP/1.1 as all others speak it."""

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import niquests

from .interface import Response, Settings


def opened(made: Any, settings: Settings) -> Any:
    """Return a new session of this class."""
    limit_s = settings.timeout_s
    session = made(
        retries=0,
        disable_http2=True,
        disable_http3=True,
        pool_connections=1,
        pool_maxsize=settings.connections,
        timeout=niquests.TimeoutConfiguration(total=None, connect=limit_s, read=limit_s),  # null: 30 s
    )
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers["Accept-Encoding"] = settings.accept_encoding
    session.verify = settings.ca_file or True
    return session


class Blocking:
    """One Session with its keep-alive connections."""

    def __init__(self, settings: Settings) -> None:
        self._session = opened(niquests.Session, settings)

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = self._session.get(url, headers=headers, allow_redirects=False)
        return response.status_code, response.headers, response.content

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class Asyncio:
    """One AsyncSession with its keep-alive connections."""

    def __init__(self, settings: Settings) -> None:
        self._session = opened(niquests.AsyncSession, settings)

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = await self._session.get(url, headers=headers, allow_redirects=False)
        return response.status_code, response.headers, response.content

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
