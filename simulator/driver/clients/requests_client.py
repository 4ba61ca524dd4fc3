"""requests' session, on urllib3's pool of connections."""

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from .interface import Response, Settings
from .urllib3_itself import check_it_is

check_it_is()


class _Verifying(HTTPAdapter):
    """Verifies with the context that it is given, and loads no certificates by itself for each new connection."""

    def __init__(self, settings: Settings) -> None:
        self._context = settings.tls
        super().__init__(pool_connections=1, pool_maxsize=settings.connections, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Have the pools use the context."""
        super().init_poolmanager(*arguments, ssl_context=self._context, **named)

    def cert_verify(self, *_: Any) -> None:
        """Leave it to the context."""


class Blocking:
    """One Session with its keep-alive connections."""

    def __init__(self, settings: Settings) -> None:
        self._session = session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        session.headers["Accept-Encoding"] = settings.accept_encoding
        session.mount(settings.base_url[: settings.base_url.index(":") + 3], _Verifying(settings))
        self._timeout_s = settings.timeout_s

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        response = self._session.get(url, headers=headers, timeout=self._timeout_s, allow_redirects=False)
        return response.status_code, response.headers, response.content

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
