"""The standard library's blocking client: one keep-alive connection per worker, no time-out."""

from __future__ import absolute_import, division, unicode_literals

import gzip
import io
import zlib

from .shared.failure import Failure, raised
from .shared.python import IMPLEMENTATION, JYTHON, PYTHON_2, native

if PYTHON_2:
    import httplib as http
    from urlparse import urlsplit

    # Else each byte of a header is a read of its own. Nothing is read ahead: the next answer comes when asked for.
    READING = {str("buffering"): True}
else:
    import http.client as http
    from urllib.parse import urlsplit

    READING = {}

GZIP = 16 + zlib.MAX_WBITS
"""Of zlib: a gzip header is before the data."""
LOOPBACK = ("127.0.0.1", "::1")
DECODED = ("identity", "gzip")
"""What can be asked for: what every Python's library undoes."""


def decompressed(body):
    """Return what gzip has compressed."""
    if JYTHON:  # its zlib knows no such header
        return gzip.GzipFile(fileobj=io.BytesIO(body)).read()
    return zlib.decompress(body, GZIP)


def context_of(tls):
    """Return what verifies the server of an https URL; null where it is http.

    Raises:
        Failure: this Python cannot.
    """
    if tls is None:
        return None
    try:
        import ssl  # noqa: PLC0415 - only for https, and not in every Python

        return ssl.create_default_context(cafile=native(tls["ca_file"]))
    except (ImportError, AttributeError, NotImplementedError):
        raise Failure(
            "unsupported",
            "this %s cannot speak TLS (%s); write server.tls: false, or choose another Python"
            % (IMPLEMENTATION, raised()[1]),
        )


class Client:
    """One keep-alive connection."""

    def __init__(self, base_url, timeout_s=None, encoding="identity", context=None):
        parts = urlsplit(native(base_url))
        host = parts.hostname
        if PYTHON_2 and context is not None and host in LOOPBACK:
            host = native("localhost")  # it verifies names alone
        self._connection = (
            http.HTTPConnection(host, parts.port, timeout=timeout_s)
            if context is None
            else http.HTTPSConnection(host, parts.port, timeout=timeout_s, context=context)
        )
        self._headers = {native("Accept-Encoding"): native(encoding)}
        self._encoded = encoding != "identity"

    def fetch(self, path, headers=None):
        """Return status, headers and whole body of a path; raises what the library raises."""
        connection = self._connection
        sent = self._headers if headers is None else dict(self._headers, **headers)
        whole = False
        try:
            connection.request(str("GET"), path, headers=sent)
            response = connection.getresponse(**READING)
            body = response.read()
            told = response.msg if PYTHON_2 else response.headers
            if self._encoded and told.get(native("content-encoding")) == "gzip":
                body = decompressed(body)
            whole = True
        finally:
            if not whole:
                connection.close()  # a half-read answer must not be taken for the next one
        return response.status, told, body

    def close(self):
        """Close the connection."""
        self._connection.close()
