"""Undoes Content-Encoding for clients that leave that to their caller: with the standard library, where it can."""

from collections.abc import Callable
from functools import cache
from importlib import import_module

from .interface import Headers

Decode = Callable[[bytes], bytes]

MODULES: "dict[str, tuple[str, ...]]" = {
    "gzip": ("gzip",),
    "x-gzip": ("gzip",),
    "deflate": ("zlib",),
    "br": ("brotli", "brotlicffi"),
    "zstd": ("compression.zstd", "backports.zstd", "zstandard"),
}
"""Where a function `decompress` is, for each coding: the first that this Python has."""


def decoded(body: bytes, headers: Headers) -> bytes:
    """Return the body as it was before the server encoded it.

    Args:
        body: As it came.
        headers: Of the response; their names in lower case.

    Raises:
        ValueError: It is encoded in a way for which this Python has no library.
        Exception: It is damaged.
    """
    coding = (headers.get("content-encoding") or "identity").strip().lower()
    return body if coding == "identity" else decoder(coding)(body)


@cache
def decoder(coding: str) -> Decode:
    """Return what decodes a body. Raises ValueError where this Python has no library for it."""
    for name in MODULES.get(coding, ()):
        try:
            found: Decode = import_module(name).decompress
        except ImportError:
            continue
        return found
    raise ValueError(f"the body is encoded with {coding}, for which this Python has no library")
