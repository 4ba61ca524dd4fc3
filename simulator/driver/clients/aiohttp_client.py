"""aiohttp's client, one session and connector per task, so that each keeps its own connection as httpx's do."""

from collections.abc import Mapping

import aiohttp

from .interface import Response, Settings


class Asyncio:
    """One aiohttp.ClientSession with its keep-alive connections."""

    def __init__(self, settings: Settings) -> None:
        limit_s = settings.timeout_s
        most = 0 if settings.connections == 1 else settings.connections
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=most, keepalive_timeout=3600, ssl=settings.tls or True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": settings.accept_encoding},
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=limit_s, sock_read=limit_s),
        )
        # Else it asks again by itself where the server closes a kept connection without an answer; no argument says so.
        self._session._retry_connection = False  # noqa: SLF001

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            body = await response.read()
        return response.status, response.headers, body

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
