"""Bodies and their headers: decoded without letting a small one become a huge one, with a type that can be sent."""

import importlib
import re
import zlib
from typing import Any, Final

LARGEST_BODY_BYTES: Final = 256 << 20
"""Of one answer when it is decoded; a page that is larger is none, but a bomb."""

_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}", re.ASCII)
_PARAMETER: Final = re.compile(
    r"""\s*;\s*[\w-]{1,40}=(?:[\w!#$&^.:+-]{1,100}|"[\w !#$&^.:+-]{0,100}")""", re.ASCII
)
OCTETS: Final = "application/octet-stream"


class BodyError(ValueError):
    """A body cannot be had; the text is a reason, as it is counted."""


def content_type(header: str) -> str:
    """Return a Content-Type that can be sent: what of it has the form of one."""
    kind = _MEDIA_TYPE.match(header.strip())
    if kind is None or kind[0] == "x-unknown":
        return OCTETS
    sent, at = kind[0].lower(), kind.end()
    while (parameter := _PARAMETER.match(header.strip(), at)) is not None:
        sent += parameter[0]
        at = parameter.end()
    return sent


def media_type(header: str) -> str:
    """Return the media type of a Content-Type, without its parameters."""
    return header.partition(";")[0].strip().lower()


def decoded(body: bytes, encodings: str, most_bytes: int = LARGEST_BODY_BYTES) -> bytes:
    """Undo a Content-Encoding, the last one first. Raises BodyError."""
    names = [name.strip().lower() for name in encodings.split(",") if name.strip()]
    if len(names) > 3:  # noqa: PLR2004 - nobody sends so many; each could be a bomb of its own
        raise BodyError("encoded too often")
    for name in reversed(names):
        body = _decoded_once(body, name, most_bytes)
    return body


def looks_encoded(body: bytes, encodings: str) -> bool:
    """Tell whether a body still is as it was sent: programs keep it so, or decoded beside the header of the other."""
    name = encodings.rpartition(",")[2].strip().lower()
    if name in {"gzip", "x-gzip"}:
        return body.startswith(b"\x1f\x8b")
    if name == "zstd":
        return body.startswith(b"\x28\xb5\x2f\xfd")
    if name == "deflate":
        return body[:1] == b"\x78" and len(body) > 1 and (body[0] * 256 + body[1]) % 31 == 0
    if name == "br":
        try:
            body.decode()
        except UnicodeDecodeError:
            return True  # a page in another encoding than UTF-8 is tried, and taken as it is where that fails
    return False


def _decoded_once(body: bytes, name: str, most_bytes: int) -> bytes:
    if name in {"identity", "none", "utf-8"}:
        return body
    if name in {"gzip", "x-gzip"}:
        return inflated(body, 31, most_bytes)
    if name == "deflate":
        try:
            return inflated(body, 15, most_bytes)
        except BodyError:
            return inflated(body, -15, most_bytes)  # without the zlib header, as some servers send it
    if name in {"br", "zstd"}:
        return _with_library(body, name, most_bytes)
    raise BodyError(f"encoded as {name[:20]!r}, which is not known here")


def inflated(body: bytes, window_bits: int, most_bytes: int) -> bytes:
    """Decompress gzip (31), zlib (15) or raw deflate (-15). Raises BodyError: broken, cut off, or a bomb."""
    out = bytearray()
    while body:
        stream = zlib.decompressobj(window_bits)
        try:
            out += stream.decompress(body, most_bytes + 1 - len(out))
        except zlib.error as error:
            if out and window_bits > 15:  # noqa: PLR2004 - what follows a gzip member need not be another one
                break
            raise BodyError("its compression is broken") from error
        if len(out) > most_bytes:
            raise BodyError("becomes larger than a page may be when it is decompressed")
        if not stream.eof:
            raise BodyError("its compression is cut off")
        if window_bits <= 15:  # noqa: PLR2004 - only gzip may have several members
            break
        body = stream.unused_data
    return bytes(out)


def _with_library(body: bytes, name: str, most_bytes: int) -> bytes:
    module, install = {"br": ("brotli", "brotli"), "zstd": ("compression.zstd", "")}[name]
    try:
        library: Any = importlib.import_module(module)
    except ImportError as error:
        if name == "zstd":
            return _zstandard(body, most_bytes)
        raise BodyError(f"encoded as {name}; install {install} to decode it") from error
    try:
        if name == "br":
            return _brotli(library, body, most_bytes)
        out: bytes = library.ZstdDecompressor().decompress(body, most_bytes + 1)
    except BodyError:
        raise
    except Exception as error:  # each library has errors of its own
        raise BodyError("its compression is broken") from error
    if len(out) > most_bytes:
        raise BodyError("becomes larger than a page may be when it is decompressed")
    return out


def _brotli(library: Any, body: bytes, most_bytes: int) -> bytes:
    stream, out = library.Decompressor(), bytearray()
    for at in range(0, len(body), 4096):
        # Brotli's own limit is of each call's output: by small pieces a bomb is seen before it is large.
        out += stream.process(body[at : at + 4096])
        if len(out) > most_bytes:
            raise BodyError("becomes larger than a page may be when it is decompressed")
    if not stream.is_finished():
        raise BodyError("its compression is cut off")
    return bytes(out)


def _zstandard(body: bytes, most_bytes: int) -> bytes:
    try:
        library: Any = importlib.import_module("zstandard")
    except ImportError as error:
        raise BodyError("encoded as zstd; install zstandard to decode it") from error
    try:
        with library.ZstdDecompressor().stream_reader(body) as reader:
            out: bytes = reader.read(most_bytes + 1)
    except Exception as error:  # the library has errors of its own
        raise BodyError("its compression is broken") from error
    if len(out) > most_bytes:
        raise BodyError("becomes larger than a page may be when it is decompressed")
    return out
