"""Which files are pages, and of which media type: by their name, or by a look at how they begin."""

import codecs
import mimetypes
import re
from pathlib import PurePath
from typing import Final

BEGINNING_BYTES: Final = 4096
"""How much of a file is looked at; the MIME Sniffing Standard looks at less."""

_BY_SUFFIX: Final = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".json": "application/json",
}
# The table that comes with Python, not this machine's own.
_KNOWN: Final = mimetypes.MimeTypes().types_map[True]
# What may be a page although its suffix has a type: scripts of servers, as .pl, and XML.
_MAY_BE_PAGES: Final = re.compile(r"text/(plain|xml|x-.*)|application/xml")
_NO_PAGES: Final = frozenset({".txt", ".js", ".mjs", ".css", ".map", ".svg", ".md", ".webmanifest"})

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
_WIDE: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_COMPRESSED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0")
_BINARY: Final = (b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\0\0\0")
# "Binary data bytes" of the MIME Sniffing Standard: no text has them.
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


class NoPageError(Exception):
    """A file is no page; the text says why, and what would make it one."""


def media_type(name: str, beginning: bytes) -> str:
    """Return the media type of a page.

    Args:
        name: Of the file, with its path.
        beginning: Its first `BEGINNING_BYTES`.

    Raises:
        NoPageError: It is none.
    """
    suffixes = _suffixes(name)
    known = next((found for suffix in suffixes if (found := _BY_SUFFIX.get(suffix))), None)
    if known is None and any(map(_is_other, suffixes)):
        raise NoPageError("no page, by its name")
    if not beginning:
        raise NoPageError("empty")
    if beginning.startswith(_COMPRESSED):
        raise NoPageError("compressed; unpack it to have it served")
    if beginning.startswith(_BINARY):
        raise NoPageError("binary")
    if known is not None:
        return known
    text = beginning.removeprefix(codecs.BOM_UTF8)
    for mark, codec in _WIDE:
        if beginning.startswith(mark):
            text = beginning.decode(codec, "replace").removeprefix("\ufeff").encode()
    if _HTML.match(text):
        return "text/html"
    if _NO_TEXT.search(text):
        raise NoPageError("binary")
    raise NoPageError("no page: it does not begin as HTML; name it *.html or *.json if it is one")


def _suffixes(name: str) -> list[str]:
    """Give the suffix before what a download took over from the URL's query, and the last one."""
    last = name.rpartition("/")[2]
    return [PurePath(text).suffix.lower() for text in (last.partition("?")[0], last)]


def _is_other(suffix: str) -> bool:
    if suffix in _NO_PAGES:
        return True
    known = _KNOWN.get(suffix)
    return known is not None and not _MAY_BE_PAGES.fullmatch(known)
