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

import re
from collections.abc import Iterable
from typing import TypedDict

HIDDEN_TAGS = ("script", "style")

_PRICE = re.compile(r"(\D*?)\s*(\d[\d,]*(?:\.\d+)?)")
_RATING = re.compile(r"\d+(?:\.\d+)?")
_CURRENCIES = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN", "¥": "JPY"}


class Product(TypedDict):
    """One product card; None where the card does not say."""

    name: str
    price: float | None
    currency: str | None
    rating: float | None
    url: str | None
    in_stock: bool
    attributes: dict[str, str]


class PageRecord(TypedDict):
    """What one page holds."""

    title: str
    links: list[str]
    products: list[Product]
    text_length: int


def collapse(text: str) -> str:
    """Strip `text` and make each run of white space in it one blank."""
    return " ".join(text.split())


def product(
    *, name: str, url: str | None, price: str, rating: str, stock: str, attributes: Iterable[tuple[str, str]]
) -> Product:
    """Build a product from the raw texts of its elements; an element that is missing has the text ""."""
    priced = _PRICE.match(collapse(price))
    rated = _RATING.match(rating.strip())
    currency = priced[1] if priced else ""
    return {
        "name": collapse(name),
        "price": float(priced[2].replace(",", "")) if priced else None,
        "currency": _CURRENCIES.get(currency, currency) or None,
        "rating": float(rated[0]) if rated else None,
        "url": url,
        "in_stock": stock.lstrip().startswith("In stock"),
        "attributes": {collapse(key): collapse(value) for key, value in attributes},
    }


def page_record(*, title: str, links: list[str], products: list[Product], text: str) -> PageRecord:
    """Build a page's record from its raw title and all of its text outside `HIDDEN_TAGS`."""
    return {
        "title": collapse(title),
        "links": links,
        "products": products,
        "text_length": len("".join(text.split())),
    }
