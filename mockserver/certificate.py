"""A certificate authority of one server's own, made when it starts and gone with it.

Nobody else trusts it, so its key is worth nothing to anybody; still it leaves no process and lies on no disk longer
than OpenSSL, which reads keys from files alone, needs to load it.
"""

import ipaddress
import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

_LOCAL = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Certified:
    """How a server proves that it is the one that was started.

    Attributes:
        context: For its side of each connection.
        authority: The certificate that its clients verify it with, as PEM: public.
    """

    context: ssl.SSLContext
    authority: str


def certified(host: str, others: Sequence[str] = ()) -> Certified:
    """Make an authority and have it certify a server that is reached on this machine, under `host` and the others."""
    authority = trustme.CA()
    certificate = authority.issue_cert(*_LOCAL, *_more_names(host), *others)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # A request for other keys in mid-connection would be answered in the midst of a page; TLS 1.3 has none.
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    with _as_file(certificate.private_key_and_cert_chain_pem.bytes()) as file:
        context.load_cert_chain(file)
    return Certified(context, authority.cert_pem.bytes().decode("ascii"))


def _more_names(host: str) -> tuple[str, ...]:
    """Name what else a server on this host is called: an unspecified address is no name, but the machine has one."""
    name = host.partition("%")[0]
    try:
        unspecified = ipaddress.ip_address(name or "0.0.0.0").is_unspecified  # noqa: S104 (only looked at)
    except ValueError:
        unspecified = False
    names = (socket.gethostname(),) if unspecified else (name,)
    return tuple(name for name in names if name not in _LOCAL)


@contextmanager
def _as_file(text: bytes) -> Iterator[str]:
    """Give a path under which OpenSSL can read this for now: in memory where there are such files."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, text)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with TemporaryDirectory() as folder:  # only its owner may look into it
        file = Path(folder, "certificate.pem")
        file.touch(0o600)
        file.write_bytes(text)
        yield str(file)
