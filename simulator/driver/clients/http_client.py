"""The standard library's blocking client: one connection object per worker."""

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from .interface import Response, Settings


class Blocking:
    """One keep-alive connection."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.base_url)
        host, limit_s = parts.hostname or "", settings.timeout_s
        self._connection = (
            HTTPConnection(host, parts.port, timeout=limit_s)
            if settings.tls is None
            else HTTPSConnection(host, parts.port, timeout=limit_s, context=settings.tls)
        )
        self._headers = {"Accept-Encoding": settings.accept_encoding}
        self._encoded = settings.accept_encoding != "identity"
        self._skip = len(settings.base_url)

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        connection = self._connection
        sent = self._headers if headers is None else {**self._headers, **headers}
        try:
            connection.request("GET", url[self._skip :], headers=sent)
            response = connection.getresponse()
            body = response.read()
            told: Any = response.headers  # a mapping in all but its type
        except BaseException:
            connection.close()  # a half-read answer must not be taken for the next one
            raise
        if self._encoded:
            from .decoding import decoded  # noqa: PLC0415 - only where something may be encoded

            body = decoded(body, told)
        return response.status, told, body

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
