"""The HTTP libraries: a row for each, from which all lists of clients come; importing it imports none of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

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
    threads_share: bool = True
    """One object may be used by several threads at the same time."""
    tls: "str | None" = "context"
    """What verifies an https server: an ssl.SSLContext (`context`), a file (`ca_file`); null: it speaks no TLS."""
    on_loop: str = ""
    """The module of `Asyncio`, where it is another one."""
    asks_again: bool = False
    """It repeats by itself, and cannot be told not to, a request to which a kept connection was closed unanswered."""
    releases_gil: bool = False
    """It computes without the GIL, and not only inside system calls: in a library of C that is called without it."""
    engines: "tuple[str, ...]" = ()
    """What else it works under: `gevent`, whose patching reaches its waits; `trio`, whose loop it runs on as well."""


CLIENTS: "dict[str, Library]" = {
    "httpx2": Library(
        "httpx2_client",
        ("blocking", "asyncio"),
        "httpx2",
        ("httpx2", "httpcore2"),
        {**GZIP, "br": BROTLI, "zstd": ZSTD},
        engines=("gevent", "trio"),
    ),
    "httpx": Library(
        "httpx_client",
        ("blocking", "asyncio"),
        "httpx",
        ("httpx", "httpcore"),
        {**GZIP, "br": BROTLI, "zstd": ("zstandard",)},
        engines=("gevent", "trio"),
    ),
    "aiohttp": Library(
        "aiohttp_client",
        ("asyncio",),
        "aiohttp",
        ("aiohttp",),
        {**GZIP, "br": BROTLI, "zstd": ZSTD},
    ),
    "http.client": Library(
        "http_client",
        ("blocking",),
        "http.client",
        decodes={**GZIP, "br": BROTLI, "zstd": (*ZSTD, "zstandard")},
        threads_share=False,
        engines=("gevent",),
    ),
    "urllib3": Library(
        "urllib3_client",
        ("blocking",),
        "urllib3",
        ("urllib3",),
        {**GZIP, "br": BROTLI, "zstd": ZSTD},
        engines=("gevent",),
    ),
    "requests": Library(
        "requests_client",
        ("blocking",),
        "requests",
        ("requests", "urllib3"),
        {**GZIP, "br": BROTLI, "zstd": ZSTD},
        engines=("gevent",),
    ),
    "niquests": Library(
        "niquests_client",
        ("blocking", "asyncio"),
        "niquests",
        ("niquests", "urllib3-future"),
        {**GZIP, "br": BROTLI, "zstd": ("zstandard", *ZSTD)},
        tls="ca_file",
        engines=("gevent",),
    ),
    "curl_cffi": Library(
        "curl_cffi_client",
        ("blocking", "asyncio"),
        "curl_cffi",
        ("curl_cffi",),
        {**GZIP, "br": ALWAYS, "zstd": ALWAYS},
        tls="ca_file",
        asks_again=True,
        releases_gil=True,
    ),
    "pycurl": Library(
        "pycurl_client",
        ("blocking",),
        "pycurl",
        ("pycurl",),
        {**GZIP, "br": ALWAYS},
        threads_share=False,
        tls="ca_file",
        asks_again=True,
        releases_gil=True,
    ),
    "socket": Library(
        "socket_client",
        ("blocking", "asyncio"),
        "socket",
        decodes={**GZIP, "br": BROTLI, "zstd": (*ZSTD, "zstandard")},
        threads_share=False,
        tls=None,
        on_loop="socket_loop",
        engines=("gevent",),
    ),
}


def names(kind: str) -> "tuple[str, ...]":
    """Return the libraries that have a client of this kind, `blocking` or `asyncio`."""
    return tuple(name for name, library in CLIENTS.items() if kind in library.kinds)


def library_of(name: str) -> Library:
    """Return what is known of a client, by its name or as the user's own: of that, what to import is all."""
    own = Library("", ("blocking", "asyncio"), name.partition(":")[0], engines=("gevent", "trio"))
    return CLIENTS.get(name) or own


def adapter(name: str, kind: str) -> Any:
    """Return the class of a client of this kind: of a library, or the user's own.

    Raises:
        ImportError: the library or the module is missing.
        ClientSpecError: what the user names cannot be a client of this kind.
        BaseException: whatever else the user's module raises while it is imported.
    """
    library = CLIENTS.get(name)
    if library is None:
        from .user_client import load_client  # noqa: PLC0415 - only where it is needed

        return load_client(name, kind)
    module = library.on_loop if kind == "asyncio" and library.on_loop else library.adapter
    return getattr(import_module("." + module, __package__), kind.capitalize())
