"""Bytes of a page to text, the way a browser does it: byte order mark, then the page's own word, then a look at them.

The page's word is looked for as the HTML Standard has it ("prescan a byte stream to determine its encoding"): in
the first 1,024 bytes, in the attributes of a `<meta>` that is no comment. Labels mean what the Encoding Standard
says (a page that says ISO-8859-1 is read as windows-1252); one that it does not list is ignored, so that a page
cannot choose an arbitrary Python codec. The mock server finds the same (mockserver/charset.py), to name it.
"""

from __future__ import absolute_import, division, unicode_literals

import codecs
import re

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_BEGINS_AS_XML = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))

# Name of an encoding -> its labels: the table of the Encoding Standard, to which a test holds it. Those that the
# standard has replaced because scripts could be hidden in them are here where Python reads them.
ENCODINGS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "ibm866": "866 cp866 csibm866 ibm866",
    "iso-8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso-8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso-8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso-8859-5": (
        "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988"
    ),
    "iso-8859-6": (
        "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
        "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"
    ),
    "iso-8859-7": (
        "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
        "iso_8859-7:1987 sun_eu_greek"
    ),
    "iso-8859-8": (
        "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 "
        "iso_8859-8 iso_8859-8:1988 visual"
    ),
    "iso-8859-8-i": "csiso88598i iso-8859-8-i logical",
    "iso-8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso-8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso-8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "macintosh": "csmacintosh mac macintosh x-mac-roman",
    "windows-874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "windows-1250": "cp1250 windows-1250 x-cp1250",
    "windows-1251": "cp1251 windows-1251 x-cp1251",
    "windows-1252": (
        "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 "
        "iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"
    ),
    "windows-1253": "cp1253 windows-1253 x-cp1253",
    "windows-1254": (
        "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
        "windows-1254 x-cp1254"
    ),
    "windows-1255": "cp1255 windows-1255 x-cp1255",
    "windows-1256": "cp1256 windows-1256 x-cp1256",
    "windows-1257": "cp1257 windows-1257 x-cp1257",
    "windows-1258": "cp1258 windows-1258 x-cp1258",
    "x-mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gbk": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk",
    "gb18030": "gb18030",
    "big5": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "shift_jis": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "euc-kr": (
        "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
        "windows-949"
    ),
    "iso-2022-kr": "csiso2022kr iso-2022-kr",
    "hz-gb-2312": "hz-gb-2312",
    "utf-16be": "unicodefffe utf-16be",
    "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
    "x-user-defined": "x-user-defined",
}  # fmt: skip
_LABELS = {label.encode("ascii"): name for name, labels in ENCODINGS.items() for label in labels.split()}
# In a declaration. Whoever can read `utf-16` in ASCII letters does not read UTF-16.
_DECLARED = {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}
# Name of an encoding -> of the Python codec that reads it, or the next larger one, where that is another.
_CODECS = {
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "hz-gb-2312": "hz",
    "ibm866": "cp866",
    "iso-8859-8-i": "iso8859-8",
    "macintosh": "mac-roman",
    "shift_jis": "cp932",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "x-mac-cyrillic": "mac-cyrillic",
}

_PRESCAN_BYTES = 1024


def _pattern(text):
    # type: (str) -> re.Pattern[bytes]
    """Compile a pattern in which `_` is white space as HTML has it, and `~` all but that."""
    space = "\\t\\n\\f\\r "
    text = text.replace("_", "[" + space + "]").replace("~", "^" + space)
    # Encoded, because Python 2 has no rb"" and the formatter leaves no br"".
    return re.compile(text.encode("ascii"), re.IGNORECASE)


_MARKUP = _pattern(r"""(<!--)|(<[!?]|</(?![a-z]))|(<meta(?=[/]|_))|</?[a-z][~>]*""")
_ATTRIBUTE = _pattern(
    r"""(?:/|_)*([~/>][~/>=]*)(?:_*=_*(?:"([^"]*)"|'([^']*)'|([~>"'][~>]*)(?=>|_)|(?=>))|(?=[/>])|_+(?=[~=]))"""
)
_END_OF_TAG = _pattern(r"""(?:/|_)*>""")
_IN_CONTENT = _pattern(r"""charset_*=_*""")
_CONTENT_VALUE = _pattern(r""""([^"]*)"|'([^']*)'|([~;"'][~;]*)""")
_XML_DECLARATION = re.compile(
    r"""<\?xml[^>]*?encoding[\0- ]*=[\0- ]*(?:"([^"\0- ]*)"|'([^'\0- ]*)')[^>]*>""".encode("ascii")
)

_UTF_8_SEQUENCE = re.compile(
    r"""[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}""".encode("ascii")
)
_NOT_ASCII = re.compile(r"""[\x80-\xff]""".encode("ascii"))


def decode(body):
    # type: (bytes) -> str
    """Decode a page; what is not valid in its encoding becomes U+FFFD, a byte order mark is dropped."""
    name = encoding(body)
    for mark, marked in _BYTE_ORDER_MARKS:
        if marked == name and body.startswith(mark):
            body = body[len(mark) :]
    try:
        return body.decode(_codec(name), "replace")
    except LookupError:  # not every Python has all of them
        return body.decode("utf-8", "replace")


def _codec(name):
    # type: (str) -> str
    return _CODECS.get(name) or name.replace("windows-", "cp")


def encoding(body):
    # type: (bytes) -> str
    """Return the name of a page's encoding, as the Encoding Standard writes it."""
    for beginning, name in _BYTE_ORDER_MARKS + _BEGINS_AS_XML:
        if body.startswith(beginning):
            return name
    head = body[:_PRESCAN_BYTES]
    return _in_meta(head) or _in_xml(head) or _looked_at(body)


def _in_meta(head):
    # type: (bytes) -> str | None
    at = 0
    while True:
        markup = _MARKUP.search(head, at)
        if markup is None:
            return None
        comment, other, meta = markup.groups()
        if comment or other:
            # `<!-->` is a comment, and a whole one.
            end = head.find(b"-->", markup.end() - 2) if comment else head.find(b">", markup.start())
            if end < 0:
                return None
            at = end + 1
            continue
        attributes, at = _attributes(head, markup.end())
        if at < 0:
            return None
        found = _of_meta(attributes) if meta else None
        if found is not None:
            return found


def _attributes(head, at):
    # type: (bytes, int) -> tuple[dict[bytes, bytes], int]
    """Return the attributes that begin here, and where their tag ends: -1 where that is not seen."""
    found = {}  # type: dict[bytes, bytes]
    while True:
        attribute = _ATTRIBUTE.match(head, at)
        if attribute is None:
            end = _END_OF_TAG.match(head, at)
            return found, end.end() if end else -1
        name, double, single, bare = attribute.groups()
        found.setdefault(name.lower(), double or single or bare or b"")
        at = attribute.end()


def _of_meta(attributes):
    # type: (dict[bytes, bytes]) -> str | None
    if b"charset" in attributes:
        return _labelled(attributes[b"charset"])
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return None
    content = attributes.get(b"content", b"")
    start = _IN_CONTENT.search(content)
    value = _CONTENT_VALUE.match(content, start.end()) if start else None
    return _labelled(value.group(1) or value.group(2) or value.group(3) or b"") if value else None


def _in_xml(head):
    # type: (bytes) -> str | None
    declared = _XML_DECLARATION.match(head)
    return _labelled(declared.group(1) or declared.group(2) or b"") if declared else None


def _labelled(label):
    # type: (bytes) -> str | None
    name = _LABELS.get(label.strip(b"\t\n\f\r ").lower())
    return None if name is None else _DECLARED.get(name, name)


def _looked_at(body):
    # type: (bytes) -> str
    """Tell UTF-8, also where a few bytes of it are broken, from what browsers take the rest for."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        whole = _UTF_8_SEQUENCE.findall(body)
        broken = len(_NOT_ASCII.findall(body)) - sum(map(len, whole))
        return "utf-8" if len(whole) > broken else "windows-1252"
    return "utf-8"
