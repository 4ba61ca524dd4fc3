"""Content codings: a page compressed once, when the configuration is loaded, as servers do that cache.

Levels are those at which servers compress by default: gzip's own, and what answers about as quickly of the others.
"""

import gzip
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, get_args

from mockserver.config import Encoding
from mockserver.content import ContentError

_GZIP_LEVEL = 6
_BROTLI_QUALITY = 5

Compress = Callable[[bytes], bytes]

_EXTRA = "pip install 'gil-simulator[encodings]'"

_TEXTUAL = frozenset({"application/json", "application/javascript", "application/xml", "image/svg+xml"})


def is_compressible(content_type: str) -> bool:
    """Say whether a body of this type has not come compressed: text is not, pictures, archives and PDF are."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXTUAL or kind.endswith(("+xml", "+json"))


def compressor(encoding: Encoding) -> Compress:
    """Return what compresses one body.

    Raises:
        ContentError: This Python has no library for it; the sentence says which to install.
    """
    if encoding == "gzip":
        return lambda body: gzip.compress(body, _GZIP_LEVEL, mtime=0)
    if encoding == "br":
        brotli = _first("br", "brotli", "brotlicffi")
        return lambda body: bytes(brotli.compress(body, quality=_BROTLI_QUALITY))
    if encoding == "zstd":
        zstd = _first("zstd", "compression.zstd", "backports.zstd", "zstandard")
        return lambda body: bytes(zstd.compress(body))
    return lambda body: body


@cache
def available() -> tuple[Encoding, ...]:
    """Give the encodings that this Python has what they need for."""
    return tuple(encoding for encoding in get_args(Encoding) if _has(encoding))


def _has(encoding: Encoding) -> bool:
    try:
        compressor(encoding)
    except ContentError:
        return False
    return True


def _first(encoding: str, *names: str) -> Any:
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    *others, last = names
    raise ContentError(
        f"encoding {encoding} needs one of the modules {', '.join(others)} and {last}; install what has them"
        f" ({_EXTRA}), or choose gzip"
    )
