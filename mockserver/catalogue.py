"""Generated product listings, as a scraper meets them: links, prices, ratings, nested tables, entities.

A page is a pure function of (seed, page index, items or bytes). Only `random.Random.random` is drawn from,
seeded with an integer: the one method whose sequence Python promises to keep between versions.
"""

import hashlib
import random
from typing import Final

_CURRENCIES: Final = ("&euro;", "&pound;", "$", "CHF&nbsp;", "zł ")
_MAKERS: Final = (
    "Brännström", "Café Corsé", "Dvořák &amp; Sons", "Élan", "Jørgensen", "Łódzka", "Müller", "Núñez",
    "O&#8217;Neill", "Ωmega", "Şahin", "东京堂", "Harrow &amp; Finch", "Northwind", "Tamarack", "Vireo",
)  # fmt: skip
_QUALITIES: Final = (
    "Brushed", "Compact", "Double-walled", "Enamelled", "Folding", "Hand-made", "Insulated", "Quiet",
    "Recycled", "Rosé", "Stackable", "Wireless",
)  # fmt: skip
_THINGS: Final = (
    "crêpe pan", "desk lamp", "espresso cup", "jalapeño grinder", "kettle", "naïf clock", "piñata kit",
    "radio", "road atlas", "soufflé dish", "tea strainer", "umbrella", "wall shelf", "writing case",
    "12&quot; ruler", "A&nbsp;&lt;&nbsp;B game",
)  # fmt: skip
_MATERIALS: Final = (
    "beech",
    "brass",
    "cotton",
    "glass",
    "oak &amp; steel",
    "papier-mâché",
    "porcelain",
    "tin",
)
_SENTENCES: Final = (
    "A reliable choice for small kitchens &mdash; light, easy to clean and made to be repaired.",
    "Ships in plain cardboard; spare parts are kept for ten years after the last one is sold.",
    "Customers liked the finish, the weight in the hand and the quiet hinge.",
    "Das Original aus der Werkstatt, geprüft und verpackt in Thüringen.",
    "Fabriqué à la main: chaque pièce est unique, d&#8217;où de légères différences de teinte.",
    "The lid closes tightly, the handle stays cool &hellip; and it fits most cupboards.",
    "Rated &gt;&nbsp;4 by three of four buyers in the first year.",
    "手作りの品です。色合いは一点ずつ異なります。",
)
_SECTIONS: Final = (
    "Kitchen",
    "Lighting",
    "Stationery",
    "Garden &amp; Balcony",
    "Décor",
    "Travel",
    "Toys",
    "日用品",
)
_STARS: Final = tuple("★" * full + "☆" * (5 - full) for full in range(6))
_FILLER: Final = (
    "Orders placed before noon leave the same day. Returns are free within thirty days, whatever the reason. "
    "Prices include tax and may change while a basket is open; the price at checkout is the one that counts. "
)

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{section} &ndash; page {number} | Magasin Général</title>
<meta name="description" content="{items} products in {section}">
<link rel="stylesheet" href="/static/shop.css">
<style>
  ul.products > li {{ display: inline-block; width: 23%; }}  /* four in a row */
  ul.products > li > table.attributes th {{ font-weight: normal; text-align: left; color: #667; }}
  .price {{ font-weight: bold; }}
  .rating, .stock {{ white-space: nowrap; }}
</style>
<script>var shop = {{"section": {index}, "tracking": false, "html": "<b>not a tag</b>"}};</script>
</head>
<body class="listing">
<!-- header: shared by all sections -->
<table class="layout" width="100%"><tr><td colspan="2">
<div class="nav">{nav}</div>
<p class="breadcrumb"><a href="/">Home</a> &rsaquo; <a href="/s/{index}">{section}</a> &rsaquo;
  Page&nbsp;{number}</p>
</td></tr>
<tr><td class="side" valign="top">
<form action="/search"><input name="q" placeholder="Search&hellip;"><button>Go</button></form>
</td>
<td class="main">
<h1>{section} <small>({items} products)</small></h1>
<ul class="products">
"""

_CARD = """\
  <li class="product">
    <a class="name" href="{url}"><img src="/i/{sku}.jpg" alt="">
      {name}</a>
    <span class="price">{currency}{price}</span>
    <span class="rating">{rating} {stars}</span> ({reviews} reviews)
    <span class="stock">{stock}</span> &middot; {width}/{height} cm
    {about}
    <table class="attributes">
      <tr><th>Brand</th><td>{maker}</td><th>Material</th><td>{material}</td></tr>
    </table>
  </li>
"""

_TAIL = """</ul>
<p class="pages">{pagination}</p>
</td></tr></table>
<div class="footer"><p class="terms">{terms}</p>
<p>&copy; 1998&ndash;2024 Magasin Général &middot;
  <a href="/imprint">Imprint</a> &middot; <a href="/terms">Terms</a></p>
</div>
<!-- rendered in 12 ms -->
</body>
</html>
"""

_NAV = " | ".join(f'<a href="/s/{index}">{section}</a>' for index, section in enumerate(_SECTIONS))


def _generator(seed: int, index: int) -> random.Random:
    # A hash, so that neighbouring seeds and pages share no stretch of the sequence.
    key = hashlib.blake2b(f"catalogue/{seed}/{index}".encode(), digest_size=8).digest()
    return random.Random(int.from_bytes(key, "big"))  # noqa: S311 - page content, not a secret


class _CardSource:
    """The endless sequence of product cards of one page."""

    def __init__(self, seed: int, index: int) -> None:
        self._draw = _generator(seed, index).random
        self._page = index + 1

    def card(self) -> str:
        draw = self._draw
        sku = 100_000 + int(draw() * 900_000)
        maker = _MAKERS[int(draw() * len(_MAKERS))]
        quality = _QUALITIES[int(draw() * len(_QUALITIES))]
        thing = _THINGS[int(draw() * len(_THINGS))]
        cents = 99 + int(draw() ** 3 * 250_000)
        tenths = 10 + int(draw() * 41)
        about = int(draw() * len(_SENTENCES))
        return _CARD.format(
            sku=sku,
            url=f"/products/{sku}?ref=list&amp;page={self._page}",
            name=f"{maker} {quality} {thing}",
            maker=maker,
            currency=_CURRENCIES[int(draw() * len(_CURRENCIES))],
            price=f"{cents // 100:,}.{cents % 100:02}",
            rating=f"{tenths // 10}.{tenths % 10}",
            stars=_STARS[tenths // 10],
            reviews=int(draw() * 2_000),
            stock="In stock" if draw() < 0.8 else "Sold out",  # noqa: PLR2004 - a plausible share
            about="\n    ".join(_SENTENCES[(about + step) % len(_SENTENCES)] for step in (0, 1, 3, 4, 6)),
            material=_MATERIALS[int(draw() * len(_MATERIALS))],
            width=3 + int(draw() * 90),
            height=3 + int(draw() * 90),
        )


def _frame(index: int, items: int, terms: str) -> tuple[str, str]:
    """Build what stands before the cards and after them."""
    section_index = index % len(_SECTIONS)
    head = _HEAD.format(
        section=_SECTIONS[section_index], index=section_index, number=index + 1, items=items, nav=_NAV
    )
    pagination = " ".join(
        f'<a href="/pages/{page}">{page + 1}</a>' if page != index else f"<b>{page + 1}</b>"
        for page in range(max(index - 3, 0), index + 4)
    )
    return head, _TAIL.format(pagination=pagination, terms=terms)


def page_of_items(seed: int, index: int, items: int) -> bytes:
    """Build page `index` with `items` products.

    Args:
        seed: Fixes the catalogue.
        index: The page's place in it, from 0.
        items: Product cards, ≥ 0; one takes about 0.8 kB, the rest of the page about 2 kB.

    Returns:
        A UTF-8 HTML document.
    """
    source = _CardSource(seed, index)
    head, tail = _frame(index, items, _FILLER.strip())
    return "".join([head, *(source.card() for _ in range(items)), tail]).encode()


def page_of_size(seed: int, index: int, size_bytes: int) -> bytes:
    """Build page `index` with as many products as fit into `size_bytes`, then text up to exactly that size.

    Args:
        seed: Fixes the catalogue.
        index: The page's place in it, from 0.
        size_bytes: Length of the document in bytes.

    Returns:
        A UTF-8 HTML document of `size_bytes` bytes.

    Raises:
        ValueError: `size_bytes` is less than a page without products takes; the message says how much.
    """
    source = _CardSource(seed, index)
    cards: list[str] = []
    room = size_bytes - sum(len(part.encode()) for part in _frame(index, 0, ""))
    if room < 0:
        raise ValueError(
            f"a catalogue page of {size_bytes} bytes is too small: a page without products takes "
            f"{size_bytes - room}; raise size"
        )
    while True:
        card = source.card()
        digits = len(str(len(cards) + 1)) - len(str(len(cards)))
        needed = len(card.encode()) + digits * _HEAD.count("{items}")
        if needed > room:
            break
        cards.append(card)
        room -= needed
    filler = (_FILLER * (room // len(_FILLER) + 1))[:room]
    head, tail = _frame(index, len(cards), filler)
    return "".join([head, *cards, tail]).encode()
