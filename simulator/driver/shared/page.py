# -*- coding: utf-8 -*-
"""The record that the HTML parsers extract, and what its fields mean.

Of any page: the text of the first `<title>`, the `href` of every `<a>` that has one (as written, entities
resolved, in document order) and the number of characters of text that are no white space, outside `<script>`
and `<style>`. Of a product listing also its products: each `<li class="product">`, with the fields

    name, url       the first element of class `name`; the `href` of the card's first link
    price, currency the first element of class `price`, as in `€1,299.00`
    rating          the first element of class `rating`, as in `4.5 ★★★★☆`
    in_stock        whether the first element of class `stock` begins with `In stock`
    attributes      the `<th>` and `<td>` of `<table class="attributes">`, in pairs

The parsers find the elements; this module alone decides how their text becomes a value, so that the records
of different parsers are equal where their trees are.
"""

from __future__ import absolute_import, division, unicode_literals

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypedDict

HIDDEN_TAGS = ("script", "style")

_PRICE = re.compile(r"(\D*?)\s*(\d[\d,]*(?:\.\d+)?)", re.UNICODE)
_RATING = re.compile(r"\d+(?:\.\d+)?", re.UNICODE)
_CURRENCIES = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN", "¥": "JPY"}


if TYPE_CHECKING:
    # None where the card does not say.
    Product = TypedDict(
        "Product",
        {
            "name": str,
            "price": float | None,
            "currency": str | None,
            "rating": float | None,
            "url": str | None,
            "in_stock": bool,
            "attributes": dict[str, str],
        },
    )
    PageRecord = TypedDict(
        "PageRecord", {"title": str, "links": list[str], "products": list[Product], "text_length": int}
    )
else:
    Product = PageRecord = dict


def collapse(text):
    # type: (str) -> str
    """Strip `text` and make each run of white space in it one blank."""
    return " ".join(text.split())


def product(name, url, price, rating, stock, attributes):
    # type: (str, str | None, str, str, str, Iterable[tuple[str, str]]) -> Product
    """Build a product from the raw texts of its elements; an element that is missing has the text ""."""
    priced = _PRICE.match(collapse(price))
    rated = _RATING.match(rating.strip())
    currency = priced.group(1) if priced else ""
    return {
        "name": collapse(name),
        "price": float(priced.group(2).replace(",", "")) if priced else None,
        "currency": _CURRENCIES.get(currency, currency) or None,
        "rating": float(rated.group(0)) if rated else None,
        "url": url,
        "in_stock": stock.lstrip().startswith("In stock"),
        "attributes": {collapse(key): collapse(value) for key, value in attributes},
    }


def page_record(title, links, products, text):
    # type: (str, list[str], list[Product], str) -> PageRecord
    """Build a page's record from its raw title and all of its text outside `HIDDEN_TAGS`."""
    return {
        "title": collapse(title),
        "links": links,
        "products": products,
        "text_length": len("".join(text.split())),
    }
