"""How clients verify the server of an https URL; imported only where there is one, as is `ssl`."""

import ssl
from threading import Lock

_LOCK = Lock()
_SHARED: "dict[str | None, ssl.SSLContext]" = {}


def shared_context(ca_file: "str | None") -> ssl.SSLContext:
    """Return the one context of this interpreter for these authorities, made with the first call.

    Making one holds the interpreter's lock for as long as there are certificates to read, so programs that are well
    written do it once. It verifies the server's certificate and address.

    Raises:
        OSError: the file cannot be read, or is no certificate.
    """
    with _LOCK:
        if ca_file not in _SHARED:
            _SHARED[ca_file] = ssl.create_default_context(cafile=ca_file)
        return _SHARED[ca_file]
