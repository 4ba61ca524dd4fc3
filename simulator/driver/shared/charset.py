"""Bytes of a page to text, the way a client does it: byte order mark, then the page's own word, then UTF-8.

Labels mean what the WHATWG Encoding Standard says they mean (a page that says ISO-8859-1 is read as
windows-1252); one that it does not list is ignored, so that a page cannot choose an arbitrary Python codec.
"""

from __future__ import absolute_import, division, unicode_literals

import codecs
import re

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# How far a browser looks (WHATWG HTML, "prescan a byte stream to determine its encoding").
_PRESCAN_BYTES = 1024
# Encoded, because Python 2 has no rb"" and the formatter leaves no br"".
_DECLARATION = re.compile(
    r"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w:.\-]+) |
    ^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w:.\-]+)""".encode("ascii"),
    re.IGNORECASE | re.VERBOSE,
)

# Names of Python codecs that pages are read with.
_READ = (
    "utf-8", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "cp932", "cp949", "cp866", "cp874", "koi8-r", "koi8-u",
    "mac-roman", "mac-cyrillic", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "cp1258", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8",
    "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16",
)  # fmt: skip
# Name of a codec that a page names -> of the one that it is read with.
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_MOST_KNOWN = 64
_known = {}  # type: dict[bytes, str]


def _codec(label):
    # type: (bytes) -> str
    found = _known.get(label)
    if found is None:
        try:
            found = codecs.lookup(str(label.decode("ascii"))).name
        except (LookupError, UnicodeError):
            found = "utf-8"
        found = _READ_AS.get(found, found)
        # A page that says UTF-16 in ASCII letters is not UTF-16; the standard reads it as UTF-8.
        found = found if found in _READ else "utf-8"
        if len(_known) < _MOST_KNOWN:
            _known[label] = found
    return found


def decode(body):
    # type: (bytes) -> str
    """Decode a page; what is not valid in its encoding becomes U+FFFD, a byte order mark is dropped."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    declared = _DECLARATION.search(body, 0, _PRESCAN_BYTES)
    codec = _codec(declared.group(1) or declared.group(2)) if declared else "utf-8"
    return body.decode(codec, "replace")
