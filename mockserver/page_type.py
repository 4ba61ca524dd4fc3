"""Which media type a file has: by its name, or by a look at how it begins; and what is no page of a folder.

Any file may be one, as parsers of PDF, CSV or images want it. Beside HTML, though, what pages are made of is left
out: a browser that saves a page saves its style sheets and images too, and they are nobody's pages.
"""

import codecs
import mimetypes
import re
from pathlib import PurePath
from typing import Final

BEGINNING_BYTES: Final = 4096
"""How much of a file is looked at; the MIME Sniffing Standard looks at less."""

HTML: Final = frozenset({"text/html", "application/xhtml+xml"})

_BY_SUFFIX: Final = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
    ".js": "text/javascript",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".geojson": "application/geo+json",
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".map": "application/json",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# The table that comes with Python, not this machine's own.
_KNOWN: Final = mimetypes.MimeTypes().types_map[True]
# What may be HTML although its suffix has a type: scripts of servers, as .pl, and XML.
_MAY_BE_HTML: Final = re.compile(r"text/(plain|xml|x-.*)|application/xml")

_PARTS: Final = re.compile(r"(text/css|(text|application)/javascript|image/.*|font/.*|audio/.*|video/.*)")
_PART_SUFFIXES: Final = frozenset({".map", ".webmanifest", ".ttf", ".otf", ".eot", ".woff", ".woff2", ".swf"})

_HTML: Final = re.compile(
    rb"""
    (?: \s | <!--.*?--> | <\?xml\b.*?\?> )*
    < (?:
        !doctype\s+html\b
      | (?: html|head|title|meta|link|base|body|script|noscript|style|iframe|frameset|h[1-6]|div|span|font|table
          |a|b|p|br|hr|ul|ol|dl|img|form|center|header|nav|main|section|article|template ) (?=[\s/>])
      | !--(?!.*-->)
    )
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_XML: Final = re.compile(rb"\s*<\?xml\b")
_WIDE: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_SIGNATURES: Final = (
    (b"\x1f\x8b", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"PK\x03\x04", "application/zip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
_COMPRESSED: Final = frozenset(kind for _, kind in _SIGNATURES[:5])
# "Binary data bytes" of the MIME Sniffing Standard: no text has them.
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


class NoPageError(Exception):
    """A file is no page; the text says why, and what would make it one."""


def media_type(name: str, beginning: bytes) -> str:
    """Return the media type of a file.

    Args:
        name: Of the file, with its path.
        beginning: Its first `BEGINNING_BYTES`.

    Raises:
        NoPageError: It is empty, or is said to be HTML or JSON and is not even text.
    """
    if not beginning:
        raise NoPageError("empty")
    named = _by_name(name)
    signed = next((kind for mark, kind in _SIGNATURES if beginning.startswith(mark)), None)
    if named in HTML or named == "application/json":
        if signed in _COMPRESSED:
            raise NoPageError("compressed; unpack it to have it served")
        if signed is not None:
            raise NoPageError("binary, whatever its name says; give it the suffix of what it is")
    if named is None:
        return signed or _looked_at(beginning)
    if _MAY_BE_HTML.fullmatch(named) and ".txt" not in _suffixes(name):
        return "text/html" if _looked_at(beginning) == "text/html" else named
    return named


def is_part(name: str, kind: str) -> bool:
    """Tell whether a file is what pages are made of, as style sheets, scripts, fonts and images are."""
    if kind in HTML:
        return False
    return _PARTS.fullmatch(kind) is not None or any(suffix in _PART_SUFFIXES for suffix in _suffixes(name))


def _by_name(name: str) -> str | None:
    kinds = (_BY_SUFFIX.get(suffix) or _KNOWN.get(suffix) for suffix in _suffixes(name))
    return next((kind for kind in kinds if kind is not None), None)


def _looked_at(beginning: bytes) -> str:
    text = beginning.removeprefix(codecs.BOM_UTF8)
    for mark, codec in _WIDE:
        if beginning.startswith(mark):
            text = beginning.decode(codec, "replace").removeprefix("\ufeff").encode()
    if _HTML.match(text):
        return "text/html"
    if _NO_TEXT.search(text):
        return "application/octet-stream"
    return "application/xml" if _XML.match(text) else "text/plain"


def _suffixes(name: str) -> list[str]:
    """Give the suffix before what a download took over from the URL's query, and the last one."""
    last = name.rpartition("/")[2]
    return [PurePath(text).suffix.lower() for text in (last.partition("?")[0], last)]
