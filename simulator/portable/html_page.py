# -*- coding: utf-8 -*-
"""The HTML parser of the standard library: events, no tree. The same reading as driver/parsers/html_parser.py."""

from __future__ import absolute_import, division, unicode_literals

from .charset import decode
from .page import HIDDEN_TAGS, page_record, product
from .python import PYTHON_2

if PYTHON_2:
    from htmlentitydefs import name2codepoint
    from HTMLParser import HTMLParser

    OPTIONS = {}
else:
    from html.parser import HTMLParser

    OPTIONS = {"convert_charrefs": True}

_FIELDS = ("name", "price", "rating", "stock")


class _Card:
    """The product card that is being read."""

    def __init__(self):
        self.url = None
        self.fields = {}
        self.cells = []
        self.in_attributes = False
        # List items inside the card's own.
        self.depth = 0

    def product(self):
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
        HTMLParser.__init__(self, **OPTIONS)  # in Python 2 a class of the old style, without super()
        self._title = None
        self._links = []
        self._products = []
        self._text = []
        self._hidden = False
        self._card = None
        # Where the captured element's text goes, its tag, and how many more of that tag are open in it.
        self._capture = None
        self._capture_tag = ""
        self._capture_depth = 0

    def handle_starttag(self, tag, attrs):
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
        # HTML knows no self-closing elements: `<a href="…"/>` is a link all the same.
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
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
        if self._hidden:
            return
        self._text.append(data)
        if self._capture is not None:
            self._capture.append(data)

    # Python 2 hands references over unresolved; Python 3 resolves them and never calls these two.

    def handle_charref(self, name):
        self.handle_data(self.unescape("&#" + name + ";"))

    def handle_entityref(self, name):
        self.handle_data(_character(name2codepoint[name]) if name in name2codepoint else "&" + name)

    def record(self):
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
        for name, value in attrs:
            if name == "href":
                self._links.append(value or "")
                if self._card is not None and self._card.url is None:
                    self._card.url = value or ""
                return

    def _field(self, tag, attrs, card):
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
        self._capture, self._capture_tag, self._capture_depth = parts, tag, 0

    def _finish_card(self, card):
        self._products.append(card.product())
        self._card = self._capture = None


def _character(number):
    return unichr(number)  # noqa: F821 - only called where Python 2 has it


def _classes(attrs):
    for name, value in attrs:
        if name == "class":
            return (value or "").split()
    return []


def parse(body, _url):
    """Parse one page."""
    reader = _PageReader()
    reader.feed(decode(body))
    reader.close()
    return reader.record()
