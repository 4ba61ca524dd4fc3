"""urllib3's pool of connections to one server."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3

from .interface import Response, Settings
from .urllib3_itself import check_it_is

check_it_is()


class Blocking:
    """One pool of keep-alive connections; more than it keeps are opened where they are needed, and closed after use."""

    def __init__(self, settings: Settings) -> None:
        self._skip = len(settings.base_url)
        parts, limit_s = urlsplit(settings.base_url), settings.timeout_s
        made = urllib3.HTTPConnectionPool if settings.tls is None else urllib3.HTTPSConnectionPool
        context = {} if settings.tls is None else {"ssl_context": settings.tls}
        self._pool = made(
            parts.hostname or "",
            parts.port,
            timeout=urllib3.Timeout(connect=limit_s, read=limit_s),
            maxsize=settings.connections,
            retries=False,
            **context,  # type: ignore[arg-type]
        )
        self._headers = {"Accept-Encoding": settings.accept_encoding}

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        sent = self._headers if headers is None else {**self._headers, **headers}
        response = self._pool.urlopen("GET", url[self._skip :], headers=sent, redirect=False)
        return response.status, response.headers, response.data

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
