"""The functions of docs/parsers.md that libraries have, one call each.

A library is imported when its function is first called, so that one that is missing is missing for its own rows only.
"""

import functools
import importlib
import io
import threading
from typing import Any

PDF_PAGES = 4
LINES_OF_A_PAGE = 48
URL = "http://localhost/"
"""Of the page, for links that are relative."""


@functools.cache
def _library(name: str) -> Any:
    return importlib.import_module(name)


class _Thread(threading.local):
    def __init__(self) -> None:
        self.parser: Any = None


_own = _Thread()


@functools.cache
def _array(size: int, columns: int = 1) -> Any:
    numpy = _library("numpy")
    return numpy.random.default_rng(7).random((size, columns) if columns > 1 else size)


@functools.cache
def _pdf(page: bytes) -> bytes:
    """Return a document with the first lines of a page as its text."""
    lines = page.decode().splitlines()
    with _library("pymupdf").open() as document:
        for first in range(0, PDF_PAGES * LINES_OF_A_PAGE, LINES_OF_A_PAGE):
            document.new_page().insert_text((36, 36), lines[first : first + LINES_OF_A_PAGE], fontsize=9)
        made: bytes = document.tobytes()
    return made


@functools.cache
def _with_microdata(page: bytes) -> str:
    """Return a page whose products say what they are, as shops write it for search engines."""
    item = '<li class="product" itemscope itemtype="https://schema.org/Product">'
    marked = page.decode().replace('<li class="product">', item)
    return marked.replace('<span class="price">', '<span class="price" itemprop="price">')


def bs4_html_parser(page: bytes) -> None:
    """Build Beautiful Soup's tree with html.parser."""
    _library("bs4").BeautifulSoup(page, "html.parser")


def bs4_lxml(page: bytes) -> None:
    """Build Beautiful Soup's tree with lxml."""
    _library("lxml")  # else Beautiful Soup reports it as a missing feature
    _library("bs4").BeautifulSoup(page, "lxml")


def html5lib(page: bytes) -> None:
    """Build html5lib's tree."""
    _library("html5lib").parse(page, transport_encoding="utf-8")


def lxml_shared_parser(page: bytes) -> None:
    """Build lxml's tree with the parser object that all threads share."""
    _library("lxml.html").fromstring(page)


def lxml_own_parser(page: bytes) -> None:
    """Build lxml's tree with a parser object of this thread's own."""
    etree = _library("lxml.etree")
    if _own.parser is None:
        _own.parser = etree.HTMLParser()
    etree.fromstring(page, _own.parser)


def parsel(page: bytes) -> None:
    """Build parsel's selector and select links."""
    _library("parsel").Selector(text=page.decode()).css("a::attr(href)").getall()


def selectolax(page: bytes) -> None:
    """Build selectolax's tree (lexbor) and select links."""
    _library("selectolax.lexbor").LexborHTMLParser(page).css("a")


def resiliparse(page: bytes) -> None:
    """Extract the main text of a page with resiliparse."""
    _library("resiliparse.extract.html2text").extract_plain_text(page.decode(), main_content=True)


def trafilatura(page: bytes) -> None:
    """Extract the main text of a page, and what it says of itself, with trafilatura."""
    _library("trafilatura").bare_extraction(page, with_metadata=True)


def readability(page: bytes) -> None:
    """Extract the article of a page with readability."""
    _library("readability").Document(page.decode()).summary()


def extruct(page: bytes) -> None:
    """Extract what a page says for machines: JSON-LD, microdata, RDFa and the others."""
    _library("extruct").extract(_with_microdata(page), base_url=URL)


def pandas_read_html(page: bytes) -> None:
    """Read the tables of a page as data frames, with lxml."""
    _library("pandas").read_html(io.BytesIO(page), flavor="lxml")


def pymupdf(page: bytes) -> None:
    """Extract the text of a PDF of a few pages."""
    with _library("pymupdf").open(stream=_pdf(page), filetype="pdf") as document:
        for each in document:
            each.get_text()


def orjson_loads(page: bytes) -> None:
    """Read JSON with orjson."""
    _library("orjson").loads(page)


def msgspec_decode(page: bytes) -> None:
    """Read JSON with msgspec."""
    _library("msgspec.json").decode(page)


def numpy_dot(_page: bytes) -> None:
    """Multiply a matrix of a million numbers with a vector."""
    _array(1_000, 1_000) @ _array(1_000)


def numpy_sort(_page: bytes) -> None:
    """Sort an array of floats."""
    _library("numpy").sort(_array(100_000))
