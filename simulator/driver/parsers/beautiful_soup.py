"""Beautiful Soup over `html.parser`, the tree builder it comes with. Pure Python: it holds the GIL."""

import warnings

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning

from ..shared.charset import decode
from ..shared.page import PageRecord, Product, page_record, product

# XHTML pages are read as HTML on purpose, as a browser does that gets them as text/html.
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)


def parse(body: bytes, _url: str, /) -> PageRecord:
    """Parse one page."""
    soup = BeautifulSoup(decode(body), "html.parser")
    return page_record(
        title=_text(soup.find("title")),
        links=[str(link["href"]) for link in soup.find_all("a", href=True)],
        products=[_product(card) for card in soup.find_all("li", class_="product")],
        text=soup.get_text(),
    )


def _product(card: Tag) -> Product:
    link = card.find("a", href=True)
    table = card.find("table", class_="attributes")
    return product(
        name=_text(card.find(class_="name")),
        url=None if link is None else str(link["href"]),
        price=_text(card.find(class_="price")),
        rating=_text(card.find(class_="rating")),
        stock=_text(card.find(class_="stock")),
        attributes=[]
        if table is None
        else [(_text(key), _text(key.find_next_sibling("td"))) for key in table.find_all("th")],
    )


def _text(element: Tag | None) -> str:
    return "" if element is None else element.get_text()
