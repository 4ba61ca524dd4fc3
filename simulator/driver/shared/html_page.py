# -*- coding: utf-8 -*-
"""`html.parser` of the standard library: events, no tree. Pure Python, so it holds the GIL throughout."""

from __future__ import absolute_import, division, unicode_literals

import sys

from .charset import decode
from .page import HIDDEN_TAGS, page_record, product

if sys.version_info[0] == 2:
    from htmlentitydefs import name2codepoint
    from HTMLParser import HTMLParser

    _OPTIONS = {}
else:
    from html.parser import HTMLParser

    _OPTIONS = {"convert_charrefs": True}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .page import PageRecord, Product

    _Attributes = list[tuple[str, str | None]]

_FIELDS = ("name", "price", "rating", "stock")


class _Card(object):
    """The product card that is being read."""

    def __init__(self):
        # type: () -> None
        self.url = None  # type: str | None
        self.fields = {}  # type: dict[str, list[str]]
        self.cells = []  # type: list[tuple[list[str], list[str]]]
        self.in_attributes = False
        # List items inside the card's own.
        self.depth = 0

    def product(self):
        # type: () -> Product
        text = {field: "".join(parts) for field, parts in self.fields.items()}
        return product(
            name=text.get("name", ""),
            url=self.url,
            price=text.get("price", ""),
            rating=text.get("rating", ""),
            stock=text.get("stock", ""),
            attributes=[("".join(key), "".join(value)) for key, value in self.cells],
        )


class _PageReader(HTMLParser):
    """Collects a page's record while it is fed."""

    def __init__(self):
        # type: () -> None
        HTMLParser.__init__(self, **_OPTIONS)  # in Python 2 a class of the old style, without super()
        self._title = None  # type: list[str] | None
        self._links = []  # type: list[str]
        self._products = []  # type: list[Product]
        self._text = []  # type: list[str]
        self._hidden = False
        self._card = None  # type: _Card | None
        # Where the captured element's text goes, its tag, and how many more of that tag are open in it.
        self._capture = None  # type: list[str] | None
        self._capture_tag = ""
        self._capture_depth = 0

    def handle_starttag(self, tag, attrs):
        # type: (str, _Attributes) -> None
        if tag == "a":
            self._link(attrs)
        elif tag in HIDDEN_TAGS:
            self._hidden = True
        elif tag == "title" and self._title is None:
            self._title = []
            self._start_capture(tag, self._title)
            return
        if self._capture is not None:
            if tag == self._capture_tag:
                self._capture_depth += 1
        elif self._card is not None:
            self._field(tag, attrs, self._card)
        elif tag == "li" and "product" in _classes(attrs):
            self._card = _Card()

    def handle_startendtag(self, tag, attrs):
        # type: (str, _Attributes) -> None
        # HTML knows no self-closing elements: `<a href="…"/>` is a link all the same.
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        # type: (str) -> None
        if tag in HIDDEN_TAGS:
            self._hidden = False
        if self._capture is not None and tag == self._capture_tag:
            if self._capture_depth:
                self._capture_depth -= 1
            else:
                self._capture = None
        card = self._card
        if card is None:
            return
        if tag == "table":
            card.in_attributes = False
        elif tag == "li":
            if card.depth:
                card.depth -= 1
            else:
                self._finish_card(card)

    def handle_data(self, data):
        # type: (str) -> None
        if self._hidden:
            return
        self._text.append(data)
        if self._capture is not None:
            self._capture.append(data)

    if sys.version_info[0] == 2:
        # It hands references over unresolved.

        def handle_charref(self, name):
            self.handle_data(self.unescape("&#" + name + ";"))

        def handle_entityref(self, name):
            known = name in name2codepoint
            self.handle_data(unichr(name2codepoint[name]) if known else "&" + name)  # noqa: F821 - Python 2's

    def record(self):
        # type: () -> PageRecord
        """Return what the page held; call after `close`."""
        if self._card is not None:
            self._finish_card(self._card)
        return page_record(
            title="".join(self._title or ()),
            links=self._links,
            products=self._products,
            text="".join(self._text),
        )

    def _link(self, attrs):
        # type: (_Attributes) -> None
        for name, value in attrs:
            if name == "href":
                self._links.append(value or "")
                if self._card is not None and self._card.url is None:
                    self._card.url = value or ""
                return

    def _field(self, tag, attrs, card):
        # type: (str, _Attributes, _Card) -> None
        if card.in_attributes:
            if tag == "th":
                card.cells.append(([], []))
                self._start_capture(tag, card.cells[-1][0])
            elif tag == "td" and card.cells:
                self._start_capture(tag, card.cells[-1][1])
            return
        if tag == "li":
            card.depth += 1
        for name in _classes(attrs):
            if name in _FIELDS and name not in card.fields:
                card.fields[name] = []
                self._start_capture(tag, card.fields[name])
            elif name == "attributes" and tag == "table":
                card.in_attributes = True

    def _start_capture(self, tag, parts):
        # type: (str, list[str]) -> None
        self._capture, self._capture_tag, self._capture_depth = parts, tag, 0

    def _finish_card(self, card):
        # type: (_Card) -> None
        self._products.append(card.product())
        self._card = self._capture = None


def _classes(attrs):
    # type: (_Attributes) -> list[str]
    for name, value in attrs:
        if name == "class":
            return (value or "").split()
    return []


def parse(body, _url):
    # type: (bytes, str) -> PageRecord
    """Parse one page."""
    reader = _PageReader()
    reader.feed(decode(body))
    reader.close()
    return reader.record()
