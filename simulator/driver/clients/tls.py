"""How clients verify the server of an https URL; imported only where there is one, as is `ssl`."""

import ssl
from threading import Lock

_LOCK = Lock()
_SHARED: "dict[str, ssl.SSLContext]" = {}


def new_context(ca_file: str) -> ssl.SSLContext:
    """Return a context as people make it: with all certificates that the system trusts, and those of this file.

    Making one costs tens of milliseconds of CPU where there are many certificates to read, and threads hardly do that
    side by side. It verifies the server's certificate and address.

    Raises:
        OSError: the file cannot be read, or is no certificate.
    """
    made = ssl.create_default_context()
    made.load_verify_locations(ca_file)
    return made


def shared_context(ca_file: str) -> ssl.SSLContext:
    """Return the one context of this interpreter for this file, made with the first call. Raises OSError."""
    with _LOCK:
        if ca_file not in _SHARED:
            _SHARED[ca_file] = new_context(ca_file)
        return _SHARED[ca_file]
