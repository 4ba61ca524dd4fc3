"""The HTTP libraries: a row for each, from which all lists of clients come; importing it imports none of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from .interface import AsyncClient, BlockingClient, Settings

ALWAYS: "tuple[str, ...]" = ()
"""No module is needed for it."""
GZIP: "Mapping[str, tuple[str, ...]]" = {"gzip": ALWAYS, "deflate": ALWAYS}
BROTLI = ("brotli", "brotlicffi")
ZSTD = ("compression.zstd", "backports.zstd")
"""Of Python 3.14's own library, and the same for those before."""


class Library(NamedTuple):
    """An HTTP library."""

    adapter: str
    """Module of this package, with a class `Blocking`, `Asyncio` or both, made with `Settings`."""
    kinds: "tuple[str, ...]"
    """Which of the two: `blocking` on the calling thread, `asyncio` on the running loop."""
    module: str
    """What the adapter imports, for a fork server to preload and a person to install."""
    packages: "tuple[str, ...]" = ()
    """What to install, where it is none of Python's own, then what that brings and is worth a record."""
    decodes: "Mapping[str, tuple[str, ...]]" = GZIP
    """Content-Encodings whose bodies it hands on decoded, each with the modules of which it needs one."""
    tls: "str | None" = "context"
    """What verifies an https server: an ssl.SSLContext (`context`); null: it speaks no TLS."""


CLIENTS: "dict[str, Library]" = {
    "httpx": Library(
        "httpx_client",
        ("blocking", "asyncio"),
        "httpx",
        ("httpx", "httpcore"),
        {**GZIP, "br": BROTLI, "zstd": ("zstandard",)},
    ),
    "aiohttp": Library(
        "aiohttp_client", ("asyncio",), "aiohttp", ("aiohttp",), {**GZIP, "br": BROTLI, "zstd": ZSTD}
    ),
    "http.client": Library(
        "http_client",
        ("blocking",),
        "http.client",
        decodes={**GZIP, "br": BROTLI, "zstd": (*ZSTD, "zstandard")},
    ),
    "socket": Library(
        "socket_client",
        ("blocking",),
        "socket",
        decodes={**GZIP, "br": BROTLI, "zstd": (*ZSTD, "zstandard")},
        tls=None,
    ),
}


def names(kind: str) -> "tuple[str, ...]":
    """Return the libraries that have a client of this kind, `blocking` or `asyncio`."""
    return tuple(name for name, library in CLIENTS.items() if kind in library.kinds)


def adapter(name: str, kind: str) -> Any:
    """Return the class of a library's client of this kind. Raises ImportError where the library is missing."""
    return getattr(import_module("." + CLIENTS[name].adapter, __package__), kind.capitalize())


def open_blocking(name: str, settings: Settings) -> BlockingClient:
    """Return a new client for the calling thread. Raises ImportError where the library is not installed."""
    client: BlockingClient = adapter(name, "blocking")(settings)
    return client


def open_async(name: str, settings: Settings) -> AsyncClient:
    """Return a new client for the running loop. Raises ImportError where the library is not installed."""
    client: AsyncClient = adapter(name, "asyncio")(settings)
    return client
