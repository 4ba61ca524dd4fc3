"""The rows of docs/parsers.md: functions that are common in jobs, and what each of them needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FROM_SOURCE = ("jstyleson",)
"""Packages that others here need, and of which there are no wheels: they are built."""
FOLDER = Path(__file__).parent / "known"
"""Their modules."""


@dataclass(frozen=True)
class Function:
    """A function of one page."""

    target: str
    """module:function"""
    requires: tuple[str, ...] = ()
    """Names of the packages that must be installed for it."""
    page: str = "html"
    """What the page is: `html`, or `json`."""


def _standard(name: str, page: str = "html") -> Function:
    return Function(f"known_functions:{name}", page=page)


def _of(name: str, *requires: str, page: str = "html") -> Function:
    return Function(f"known_libraries:{name}", requires, page)


FUNCTIONS: Mapping[str, Function] = {
    "`html.parser`": _standard("html_parser"),
    "Beautiful Soup over `html.parser`": _of("bs4_html_parser", "beautifulsoup4"),
    "Beautiful Soup over lxml": _of("bs4_lxml", "beautifulsoup4", "lxml"),
    "html5lib": _of("html5lib", "html5lib"),
    "lxml, the shared parser": _of("lxml_shared_parser", "lxml"),
    "lxml, a parser per thread": _of("lxml_own_parser", "lxml"),
    "parsel, links by CSS": _of("parsel", "parsel"),
    "selectolax (lexbor)": _of("selectolax", "selectolax"),
    "resiliparse, main text": _of("resiliparse", "resiliparse"),
    "trafilatura, `bare_extraction`": _of("trafilatura", "trafilatura", "lxml_html_clean"),
    "readability, `summary`": _of("readability", "readability-lxml"),
    "extruct, all syntaxes": _of("extruct", "extruct", "lxml_html_clean"),
    "`pandas.read_html`, over lxml": _of("pandas_read_html", "pandas", "lxml"),
    "PyMuPDF, text of 4 pages": _of("pymupdf", "pymupdf"),
    "`json.loads`": _standard("json_loads", page="json"),
    "`orjson.loads`": _of("orjson_loads", "orjson", page="json"),
    "`msgspec.json.decode`": _of("msgspec_decode", "msgspec", page="json"),
    "`csv.reader`": _standard("csv_reader"),
    "`re.search`": _standard("re_search"),
    "`pickle.loads`": _standard("pickle_loads"),
    "`xml.etree`": _standard("xml_etree"),
    "`hashlib.sha256`, 1 MB": _standard("sha256"),
    "`zlib.compress`, 1 MB": _standard("zlib_compress"),
    "`zlib.decompress`, 1 MB": _standard("zlib_decompress"),
    "`bz2.compress`, 1 MB": _standard("bz2_compress"),
    "`lzma.decompress`, 1 MB": _standard("lzma_decompress"),
    "`base64.b64encode`, 1 MB": _standard("base64_encode"),
    "`sqlite3`, a sum over 100,000 rows": _standard("sqlite3_select"),
    "`time.sleep`": _standard("time_sleep"),
    "`sorted`, 100,000 floats": _standard("list_sort"),
    "numpy, matrix times vector": _of("numpy_dot", "numpy"),
    "numpy, `sort`": _of("numpy_sort", "numpy"),
}


def libraries() -> tuple[str, ...]:
    """Return the packages that the functions need, each once."""
    return tuple(dict.fromkeys(name for function in FUNCTIONS.values() for name in function.requires))
