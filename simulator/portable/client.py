"""The standard library's blocking client: one keep-alive connection per worker, no time-out, identity encoding."""

from __future__ import absolute_import, division, unicode_literals

from .shared.python import PYTHON_2, native

if PYTHON_2:
    from httplib import HTTPConnection
    from urlparse import urlsplit

    # Else each byte of a header is a read of its own. Nothing is read ahead: the next answer comes when asked for.
    READING = {str("buffering"): True}
else:
    from http.client import HTTPConnection
    from urllib.parse import urlsplit

    READING = {}

HEADERS = {native("Accept-Encoding"): native("identity")}


class Client:
    """One keep-alive connection."""

    def __init__(self, base_url, timeout_s=None):
        parts = urlsplit(native(base_url))
        self._connection = HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)

    def fetch(self, path, headers=None):
        """Return status, headers and whole body of a path; raises what the library raises."""
        connection = self._connection
        sent = HEADERS if headers is None else dict(HEADERS, **headers)
        whole = False
        try:
            connection.request(str("GET"), path, headers=sent)
            response = connection.getresponse(**READING)
            body = response.read()
            told = response.msg if PYTHON_2 else response.headers
            whole = True
        finally:
            if not whole:
                connection.close()  # a half-read answer must not be taken for the next one
        return response.status, told, body

    def close(self):
        """Close the connection."""
        self._connection.close()
