"""libcurl by pycurl: one handle, which keeps its connection."""

from collections.abc import Mapping
from io import BytesIO

import pycurl

from .interface import Response, Settings


class Blocking:
    """One handle with its keep-alive connection. Its time-out is of the whole request: libcurl has none of a pause."""

    def __init__(self, settings: Settings) -> None:
        self._curl = curl = pycurl.Curl()
        self._lines: list[bytes] = []
        curl.setopt(pycurl.NOSIGNAL, 1)  # else a time-out in a thread would be a signal
        curl.setopt(pycurl.NOPROXY, "*")
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        curl.setopt(pycurl.MAXAGE_CONN, 86400)  # by default one that idled for two minutes is not used again
        curl.setopt(pycurl.ACCEPT_ENCODING, settings.accept_encoding)
        curl.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        if settings.timeout_s is not None:
            limit_ms = max(1, round(settings.timeout_s * 1000))
            curl.setopt(pycurl.CONNECTTIMEOUT_MS, limit_ms)
            curl.setopt(pycurl.TIMEOUT_MS, limit_ms)
        if settings.ca_file is not None:
            curl.setopt(pycurl.CAINFO, settings.ca_file)

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        curl, body = self._curl, BytesIO()
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, [] if headers is None else [f"{k}: {v}" for k, v in headers.items()])
        curl.setopt(pycurl.WRITEDATA, body)
        self._lines.clear()
        curl.perform()
        fields = (line.decode("latin-1").partition(":") for line in self._lines if b":" in line)
        told = {name.lower(): value.strip() for name, _, value in fields}
        return curl.getinfo(pycurl.RESPONSE_CODE), told, body.getvalue()

    def close(self) -> None:
        """Close the connection."""
        self._curl.close()
