"""Which encoding the bytes of a page have, as a browser finds it: so that a header never says another.

Byte order mark, then the page's own word, looked for as the HTML Standard has it ("prescan a byte stream to
determine its encoding"), then a look at the bytes. What reads the pages finds the same, with code of its own
(simulator/driver/shared/charset.py: it has to run on any Python, and without libraries); a test holds both together.
"""

import codecs
import re
from typing import Final

import webencodings

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_BEGINS_AS_XML: Final = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))

# In a declaration. Whoever can read `utf-16` in ASCII letters does not read UTF-16.
_DECLARED: Final = {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}
# The standard has replaced these because scripts could be hidden in them; a page in them is one all the same.
_REPLACED: Final = {
    "csiso2022kr": "iso-2022-kr",
    "iso-2022-kr": "iso-2022-kr",
    "hz-gb-2312": "hz-gb-2312",
}

_PRESCAN_BYTES: Final = 1024

_SPACE: Final = b"\t\n\f\r "
_MARKUP: Final = re.compile(
    rb"(?P<comment><!--)|(?P<other><[!?]|</(?![a-z]))|(?P<meta><meta(?=[/\t\n\f\r ]))|</?[a-z][^>\t\n\f\r ]*",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(
    rb"""
    [/\t\n\f\r\ ]* (?P<name>[^/>\t\n\f\r\ ][^/>=\t\n\f\r\ ]*)
    (?:
      [\t\n\f\r\ ]*=[\t\n\f\r\ ]*
      (?: "(?P<double>[^"]*)" | '(?P<single>[^']*)' | (?P<bare>[^>"'\t\n\f\r\ ][^>\t\n\f\r\ ]*)(?=[>\t\n\f\r\ ])
        | (?=>) )
      | (?=[/>])
      | [\t\n\f\r\ ]+(?=[^=\t\n\f\r\ ])
    )
    """,
    re.VERBOSE,
)
_END_OF_TAG: Final = re.compile(rb"[/\t\n\f\r ]*>")
_IN_CONTENT: Final = re.compile(rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*", re.IGNORECASE)
_CONTENT_VALUE: Final = re.compile(rb""""([^"]*)"|'([^']*)'|([^;"'\t\n\f\r ][^;\t\n\f\r ]*)""")
_XML_DECLARATION: Final = re.compile(
    rb"""<\?xml[^>]*?encoding[\0- ]*=[\0- ]*(?:"([^"\0- ]*)"|'([^'\0- ]*)')[^>]*>"""
)

_UTF_8_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")


def encoding(body: bytes) -> str:
    """Name the encoding of a page, as the Encoding Standard writes it."""
    for beginning, name in _BYTE_ORDER_MARKS + _BEGINS_AS_XML:
        if body.startswith(beginning):
            return name
    head = body[:_PRESCAN_BYTES]
    return _in_meta(head) or _in_xml(head) or _looked_at(body)


def _in_meta(head: bytes) -> str | None:
    at = 0
    while markup := _MARKUP.search(head, at):
        if markup["comment"] or markup["other"]:
            # `<!-->` is a comment, and a whole one.
            end = (
                head.find(b"-->", markup.end() - 2) if markup["comment"] else head.find(b">", markup.start())
            )
            if end < 0:
                return None
            at = end + 1
            continue
        attributes: dict[bytes, bytes] = {}
        at = markup.end()
        while attribute := _ATTRIBUTE.match(head, at):
            value = attribute["double"] or attribute["single"] or attribute["bare"] or b""
            attributes.setdefault(attribute["name"].lower(), value)
            at = attribute.end()
        whole = _END_OF_TAG.match(head, at)
        if whole is None:
            return None
        at = whole.end()
        if markup["meta"] and (found := _of_meta(attributes)):
            return found
    return None


def _of_meta(attributes: dict[bytes, bytes]) -> str | None:
    if b"charset" in attributes:
        return _labelled(attributes[b"charset"])
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return None
    content = attributes.get(b"content", b"")
    start = _IN_CONTENT.search(content)
    value = _CONTENT_VALUE.match(content, start.end()) if start else None
    return _labelled(value[1] or value[2] or value[3] or b"") if value else None


def _in_xml(head: bytes) -> str | None:
    declared = _XML_DECLARATION.match(head)
    return _labelled(declared[1] or declared[2] or b"") if declared else None


def _labelled(label: bytes) -> str | None:
    text = label.strip(_SPACE).lower().decode("ascii", "replace")
    known = webencodings.lookup(text)
    name = None if known is None else str(known.name)
    if name == "replacement":
        return _REPLACED.get(text)
    return None if name is None else _DECLARED.get(name, name)


def _looked_at(body: bytes) -> str:
    """Tell UTF-8, also where a few bytes of it are broken, from what browsers take the rest for."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        whole = _UTF_8_SEQUENCE.findall(body)
        broken = len(_NOT_ASCII.findall(body)) - sum(map(len, whole))
        return "utf-8" if len(whole) > broken else "windows-1252"
    return "utf-8"
