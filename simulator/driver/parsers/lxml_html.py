"""lxml (libxml2). It releases the GIL while it builds the tree, and takes it to hand out each element.

lxml locks a parser object while it parses, and `lxml.html.fromstring` uses one for the whole process: threads
would wait for each other there and not for the GIL. So each thread has its own.
"""

import threading

from lxml import etree

from ..shared.charset import decode
from ..shared.page import HIDDEN_TAGS, PageRecord, Product, page_record, product

_FIELDS = ("name", "price", "rating", "stock")


class _ThreadsOwn(threading.local):
    """What a thread keeps between pages."""

    def __init__(self) -> None:
        # huge_tree: a page of many megabytes is a page all the same.
        self.parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)


_own = _ThreadsOwn()


def parse(body: bytes, _url: str, /) -> PageRecord:
    """Parse one page."""
    # Bytes of a known encoding: lxml refuses text that begins with an XML declaration.
    root = etree.fromstring(decode(body).encode(), _own.parser)
    if root is None:
        # A page without any element, as an empty one.
        return page_record(title="", links=[], products=[], text="")
    etree.strip_elements(root, *HIDDEN_TAGS, with_tail=False)
    return page_record(
        title=_text(next(root.iter("title"), None)),
        links=[href for link in root.iter("a") if (href := link.get("href")) is not None],
        products=[_product(card) for card in root.iter("li") if "product" in _classes(card)],
        text=_text(root),
    )


def _product(card: etree._Element) -> Product:
    found: dict[str, etree._Element] = {}
    url = None
    for element in card.iter(etree.Element):
        if url is None and element.tag == "a":
            url = element.get("href")
        for name in _classes(element):
            found.setdefault(name, element)
    table = found.get("attributes")
    return product(
        url=url,
        attributes=[]
        if table is None
        else [(_text(key), _text(next(key.itersiblings("td"), None))) for key in table.iter("th")],
        **{field: _text(found.get(field)) for field in _FIELDS},
    )


def _classes(element: etree._Element) -> list[str]:
    return (element.get("class") or "").split()


def _text(element: etree._Element | None) -> str:
    return (
        "" if element is None else etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    )
