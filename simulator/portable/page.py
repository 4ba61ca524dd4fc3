# -*- coding: utf-8 -*-
"""The record that the HTML parser extracts: simulator/driver/parsers/page.py says what its fields mean.

That module's rules, in the syntax of older Pythons: equal pages must give equal records under both drivers.
"""

from __future__ import absolute_import, division, unicode_literals

import re

HIDDEN_TAGS = ("script", "style")

_PRICE = re.compile(r"(\D*?)\s*(\d[\d,]*(?:\.\d+)?)", re.UNICODE)
_RATING = re.compile(r"\d+(?:\.\d+)?", re.UNICODE)
_CURRENCIES = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN", "¥": "JPY"}


def collapse(text):
    """Strip `text` and make each run of white space in it one blank."""
    return " ".join(text.split())


def product(name, url, price, rating, stock, attributes):
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
    """Build a page's record from its raw title and all of its text outside `HIDDEN_TAGS`."""
    return {
        "title": collapse(title),
        "links": links,
        "products": products,
        "text_length": len("".join(text.split())),
    }
