"""The standard library's blocking client: one connection object per worker."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from .interface import HEADERS, Response


class Blocking:
    """One keep-alive connection."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port)
        self._skip = len(base_url)

    def fetch(self, url: str) -> Response:
        """Return the whole response."""
        connection = self._connection
        try:
            connection.request("GET", url[self._skip :], headers=HEADERS)
            response = connection.getresponse()
            body = response.read()
        except BaseException:
            connection.close()  # a half-read answer must not be taken for the next one
            raise
        return response.status, body

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
