"""selectolax (lexbor). It releases the GIL while it parses and while it matches selectors."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ..shared.charset import decode
from ..shared.page import HIDDEN_TAGS, PageRecord, Product, page_record, product


def parse(body: bytes, _url: str, /) -> PageRecord:
    """Parse one page."""
    tree = LexborHTMLParser(decode(body))
    tree.strip_tags(list(HIDDEN_TAGS))
    return page_record(
        title=_text(tree.css_first("title")),
        links=[link.attributes["href"] or "" for link in tree.css("a[href]")],
        products=[_product(card) for card in tree.css("li.product")],
        text=_text(tree.root),
    )


def _product(card: LexborNode) -> Product:
    link = card.css_first("a[href]")
    keys, values = card.css("table.attributes th"), card.css("table.attributes td")
    return product(
        name=_text(card.css_first(".name")),
        url=None if link is None else link.attributes["href"] or "",
        price=_text(card.css_first(".price")),
        rating=_text(card.css_first(".rating")),
        stock=_text(card.css_first(".stock")),
        attributes=[(_text(key), _text(value)) for key, value in zip(keys, values, strict=False)],
    )


def _text(node: LexborNode | None) -> str:
    return "" if node is None else node.text()
