"""httpx's asyncio client, one per task: a shared pool costs O(connections) for each request."""

import httpx

from .httpx_options import OPTIONS
from .interface import Response


class Client:
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
