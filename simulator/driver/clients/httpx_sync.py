"""httpx's blocking client, one per worker: a shared pool costs O(connections) for each request."""

import httpx

from .httpx_options import OPTIONS
from .interface import Response


class Client:
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
