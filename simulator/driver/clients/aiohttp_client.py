"""aiohttp's client, one session and connector per task, so that each keeps its own connection as httpx's do."""

import aiohttp

from .interface import HEADERS, Response


class Asyncio:
    """One aiohttp.ClientSession with one keep-alive connection."""

    def __init__(self, base_url: str) -> None:  # noqa: ARG002 - the URL of a request is absolute
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3600),
            headers=HEADERS,
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
        )

    async def fetch(self, url: str) -> Response:
        """Return the whole response."""
        async with self._session.get(url) as response:
            body = await response.read()
        return response.status, body

    async def close(self) -> None:
        """Close the connection."""
        await self._session.close()
