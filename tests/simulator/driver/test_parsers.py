import codecs
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.catalogue import page_of_items, page_of_size
from simulator.driver.parsers import (
    BUILT_IN,
    Parser,
    ParserResultError,
    ParserSpecError,
    ParserUnavailableError,
    is_scalable,
    load,
    modules,
)
from simulator.driver.shared.charset import decode
from simulator.driver.shared.scalable import Sha256

URL = "http://127.0.0.1:1/pages/0"
REPOSITORY = Path(__file__).resolve().parents[3]
HTML_PARSERS = ("html.parser", "bs4", "lxml", "selectolax")


@pytest.fixture(scope="module", params=HTML_PARSERS)
def html_parser(request: pytest.FixtureRequest) -> Parser:
    return load({"name": request.param})


def records(body: bytes) -> dict[str, Any]:
    return {name: load({"name": name})(body, URL) for name in HTML_PARSERS}


class TestHtmlParsers:
    @settings(deadline=None, max_examples=30)
    @given(seed=st.integers(0, 2**32), index=st.integers(0, 10**4), items=st.integers(0, 40))
    def test_are_equal_on_catalogue_pages(self, seed: int, index: int, items: int) -> None:
        found = records(page_of_items(seed, index, items))
        first = found["html.parser"]
        assert found == dict.fromkeys(HTML_PARSERS, first)
        assert len(first["products"]) == items

    @settings(deadline=None, max_examples=10)
    @given(size=st.integers(2_300, 60_000))
    def test_are_equal_on_catalogue_pages_of_a_size(self, size: int) -> None:
        found = records(page_of_size(1, 2, size))
        assert found == dict.fromkeys(HTML_PARSERS, found["lxml"])

    def test_a_catalogue_page_has_no_parse_errors(self) -> None:
        # lxml takes the GIL for each error: a page with many would make it look worse than it is.
        etree = pytest.importorskip("lxml.etree")
        parser = etree.HTMLParser(encoding="utf-8")
        etree.fromstring(page_of_items(0, 0, 40), parser)
        assert list(parser.error_log) == []

    def test_read_what_a_product_says(self, html_parser: Parser) -> None:
        body = """<!DOCTYPE html><html><head><meta charset="utf-8"><title> A &amp;
            B </title><style>p { color: red }</style></head><body><script>"<a href='no'>"</script>
            <a href="/x?a=1&amp;b=2">x</a><a name="anchor">y</a><!-- <a href="no"> --><ul>
            <li class="big product"><b class="name">Caf&eacute;
              <i>Noir</i></b> <a href="/1">see</a> <a href="/2">more</a>
              <span class="price">&euro;&nbsp;1,299.50</span><span class="rating">4.5 ★</span>
              <span class="stock">In stock</span>
              <table class="attributes"><tr><th>Size</th><td>3&nbsp;cm</td></tr></table></li>
            <li class="product"><b class="name">Tea</b><span class="stock">Sold out</span></li>
            <li class="products">none</li></ul></body></html>""".encode()
        record = html_parser(body, URL)
        assert record == {
            "title": "A & B",
            "links": ["/x?a=1&b=2", "/1", "/2"],
            "products": [
                {
                    "name": "Café Noir",
                    "price": 1299.5,
                    "currency": "EUR",
                    "rating": 4.5,
                    "url": "/1",
                    "in_stock": True,
                    "attributes": {"Size": "3 cm"},
                },
                {
                    "name": "Tea",
                    "price": None,
                    "currency": None,
                    "rating": None,
                    "url": None,
                    "in_stock": False,
                    "attributes": {},
                },
            ],
            "text_length": len("A&BxyCaféNoirseemore€1,299.504.5★InstockSize3cmTeaSoldoutnone"),
        }

    @pytest.mark.parametrize(
        "body", [b"", b" \n", b"plain text", b"<!-- only -->", b"\xff\xfe", b"\x89PNG\r\n\x1a\n"]
    )
    def test_take_pages_without_elements(self, html_parser: Parser, body: bytes) -> None:
        record = html_parser(body, URL)
        assert isinstance(record, dict)
        assert (record["title"], record["links"], record["products"]) == ("", [], [])

    def test_read_other_encodings(self) -> None:
        body = '<html><head><meta charset="euc-kr"><title>한국어</title></head><body></body></html>'.encode(
            "euc-kr"
        )
        assert {record["title"] for record in records(body).values()} == {"한국어"}

    def test_take_deeply_nested_pages(self, html_parser: Parser) -> None:
        body = b"<html><body>" + b"<div>" * 400 + b'<a href="/x">x</a>' + b"</div>" * 400 + b"</body></html>"
        record = html_parser(body, URL)
        assert isinstance(record, dict)
        assert record["links"] == ["/x"]

    def test_may_be_called_by_many_threads(self, html_parser: Parser) -> None:
        pages = [page_of_items(1, index, 5) for index in range(24)]
        alone = [html_parser(page, URL) for page in pages]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda page: html_parser(page, URL), pages))
        assert together == alone

    @pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.truth)])
    def test_real_pages(self, every: int) -> None:
        folder = REPOSITORY.parent / "shared" / "pages"
        if not folder.is_dir():
            pytest.skip(f"the collection of real pages is not beside the repository ({folder})")
        found = [records(page.read_bytes()) for page in sorted(folder.glob("*.html"))[::every]]
        assert found
        for field, least in (("title", 1.0), ("links", 0.99), ("products", 1.0), ("text_length", 0.9)):
            equal = sum(
                all(record[field] == page["lxml"][field] for record in page.values()) for page in found
            )
            assert equal >= least * len(found), field
        assert all(page["lxml"]["title"] and page["lxml"]["text_length"] > 100 for page in found)

    def test_say_nothing_about_xhtml(self) -> None:
        script = """
from simulator.driver.parsers import load
body = b'<?xml version="1.0" encoding="UTF-8"?>' + b" " * 600 + b"<html><title>x</title></html>"
for name in ("html.parser", "bs4", "lxml", "selectolax"):
    assert load({"name": name})(body, "u")["title"] == "x"
"""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


class TestDecode:
    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ("é".encode(), "é"),
            (codecs.BOM_UTF8 + "é".encode(), "é"),
            (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), "é"),
            (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "é"),
            (b'<meta charset="iso-8859-1">\x80', '<meta charset="iso-8859-1">€'),
            (
                b'<?xml version="1.0" encoding="windows-1251"?>\xc6',
                '<?xml version="1.0" encoding="windows-1251"?>Ж',
            ),
            (b"<meta charset=utf-16>x", "<meta charset=utf-16>x"),
            (b"<meta charset=nonsense>x", "<meta charset=nonsense>x"),
            (b"<meta charset=unicode_escape>\\u0041", "<meta charset=unicode_escape>\\u0041"),
            (b"<meta charset=zlib>x", "<meta charset=zlib>x"),
            (b"a\xffb", "a\xffb"),
            ("é ü €".encode() + b"\xff", "é ü €\ufffd"),
            (b"<meta charset=utf-8>\xff", "<meta charset=utf-8>\ufffd"),
            (b"<\0?\0x\0\xe9\0", "<?x\xe9"),
            (b"<meta charset=x-user-defined>\x80", "<meta charset=x-user-defined>€"),
            (b"<meta charset=iso-2022-kr>x", "<meta charset=iso-2022-kr>x"),
            (b"<meta charset=iso-2022-cn>x", "<meta charset=iso-2022-cn>x"),
        ],
    )
    def test_reads_a_page_as_a_browser_does(self, body: bytes, text: str) -> None:
        assert decode(body) == text

    @given(st.binary(max_size=200), st.sampled_from(["", "<meta charset=", "<?xml encoding='"]))
    def test_never_raises(self, body: bytes, prefix: str) -> None:
        decode(prefix.encode() + body)


class TestJson:
    def test_reads_json_pages(self) -> None:
        assert load({"name": "json"})(b'{"a": [1, null]}', URL) == {"a": [1, None]}

    def test_says_what_to_do_about_html(self) -> None:
        with pytest.raises(ValueError, match=r"pages/0 is not JSON .*kind: folder"):
            load({"name": "json"})(b"<html>", URL)


class TestScalable:
    @pytest.mark.parametrize("name", BUILT_IN)
    def test_are_spin_and_sha256(self, name: str) -> None:
        assert is_scalable(load({"name": name})) == (name in ("spin", "sha256"))

    @pytest.mark.parametrize("units", [0, 1, 1000, (1 << 20) - 1, (1 << 20) + 1])
    def test_records_are_of_the_page_alone(self, units: int) -> None:
        expected: dict[str, object] = {
            "spin": {"bytes": 3},
            "sha256": {"bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()},
        }
        for name, record in expected.items():
            parser = load({"name": name})
            assert is_scalable(parser)
            assert parser.bind(units)(b"abc", URL) == record
            assert parser(b"abc", URL) == record

    @pytest.mark.parametrize("name", ["spin", "sha256"])
    def test_refuse_negative_work(self, name: str) -> None:
        parser = load({"name": name})
        assert is_scalable(parser)
        with pytest.raises(ValueError, match="-1"):
            parser.bind(-1)

    def test_sha256_hashes_as_many_bytes_as_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hashed: list[int] = []

        class Counting:
            def __init__(self, data: bytes = b"") -> None:
                hashed.append(len(data))

            def update(self, data: bytes) -> None:
                hashed.append(len(data))

            def hexdigest(self) -> str:
                return ""

        monkeypatch.setattr(hashlib, "sha256", Counting)
        Sha256().bind(5 * (1 << 20) + 17)(b"", URL)
        assert sum(hashed) == 5 * (1 << 20) + 17
        assert max(hashed) == 1 << 20


SHOP = """
import functools

def whole(body): return {"bytes": len(body)}
def with_url(body, url): return {"url": url, "kind": type(body).__name__}
def lines(body):
    for line in body.splitlines():
        yield {"line": line}
def mapped(body): return map(len, body.split())
async def waits(body): return 1
async def streams(body):
    yield 1
def returns_coroutine(body): return waits(body)
def returns_stream(body): return streams(body)
class Later:
    def __await__(self): yield
def returns_awaitable(body): return Later()
def nothing(body): return None
def leaves(body): raise SystemExit(3)
class Site:
    @staticmethod
    def parse(body): return "static"
    def __call__(self, body): return "called"
class AsyncSite:
    async def __call__(self, body): return 1
site = Site()
async_site = AsyncSite()
partial = functools.partial(with_url, url="fixed")
number = 3
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    before = set(sys.modules)
    package = tmp_path / "shop_under_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "parsing.py").write_text(SHOP)
    (package / "needy.py").write_text("import a_library_nobody_has\n")
    (package / "wrong.py").write_text("from os import no_such_name\n")
    (package / "broken.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in set(sys.modules) - before:
        if name.startswith("shop_under_test"):
            del sys.modules[name]


@pytest.mark.usefixtures("shop")
class TestUserFunction:
    @staticmethod
    def load(name: str, **options: Any) -> Parser:
        return load({"function": f"shop_under_test.parsing:{name}", **options})

    def test_gets_what_the_scenario_says(self) -> None:
        assert self.load("whole")(b"abc", URL) == {"bytes": 3}
        assert self.load("with_url", url=True)(b"", URL) == {"url": URL, "kind": "bytes"}
        assert self.load("with_url", url=True, input="text")(b"", URL) == {"url": URL, "kind": "str"}
        euc = '<meta charset="euc-kr">한'.encode("euc-kr")
        assert self.load("lines", input="text")(euc, URL) == [{"line": '<meta charset="euc-kr">한'}]

    def test_iterators_are_drained(self) -> None:
        assert self.load("lines")(b"a\nb", URL) == [{"line": b"a"}, {"line": b"b"}]
        assert self.load("mapped")(b"a bb", URL) == [1, 2]

    def test_any_callable_will_do(self) -> None:
        assert self.load("Site.parse")(b"", URL) == "static"
        assert self.load("site")(b"", URL) == "called"
        assert self.load("partial")(b"", URL) == {"url": "fixed", "kind": "bytes"}
        assert self.load("nothing")(b"", URL) is None
        assert load({"function": "json:loads"})(b"[1]", URL) == [1]

    def test_what_it_raises_passes_through(self) -> None:
        with pytest.raises(SystemExit):
            self.load("leaves")(b"", URL)

    @pytest.mark.parametrize("name", ["waits", "streams", "async_site"])
    def test_asynchronous_functions_are_refused(self, name: str) -> None:
        with pytest.raises(ParserSpecError, match=f"{name} is asynchronous; name a plain function"):
            self.load(name)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("returns_coroutine", "coroutine"),
            ("returns_stream", "async_generator"),
            ("returns_awaitable", "Later"),
        ],
    )
    def test_asynchronous_results_are_refused(self, name: str, kind: str) -> None:
        parser = self.load(name)
        with pytest.raises(ParserResultError, match=f"{name} returned an object of type {kind}"):
            parser(b"", URL)

    def test_parameters_have_to_fit(self) -> None:
        with pytest.raises(
            ParserSpecError, match=r"with_url\(body, url\) cannot be called with \(body\).*url: true"
        ):
            self.load("with_url")
        with pytest.raises(ParserSpecError, match=r"cannot be called with \(body, url\).*write url: false"):
            self.load("whole", url=True)

    def test_a_missing_name_lists_the_nearest(self) -> None:
        with pytest.raises(
            ParserSpecError, match=r"shop_under_test.parsing has no 'hole'; did you mean whole\?"
        ):
            self.load("hole")

    def test_what_is_not_callable_is_refused(self) -> None:
        with pytest.raises(ParserSpecError, match="parsing:number is of type int; a parser must be callable"):
            self.load("number")

    @pytest.mark.parametrize(
        ("module", "said"),
        [
            ("shop_under_test.absent", "there is no module 'shop_under_test.absent'"),
            ("no_such_package.deep", "there is no module 'no_such_package'"),
            (
                "shop_under_test.needy",
                "there is no module 'a_library_nobody_has' (needed by shop_under_test.needy)",
            ),
            ("shop_under_test.wrong", "shop_under_test.wrong cannot be imported (cannot import name"),
        ],
    )
    def test_a_failed_import_names_module_python_and_flag(self, module: str, said: str) -> None:
        with pytest.raises(ParserUnavailableError) as raised:
            load({"function": f"{module}:parse"})
        assert str(raised.value).startswith(f"{sys.executable}: {said}")
        assert "--python" in str(raised.value)

    def test_what_an_import_raises_otherwise_passes_through(self) -> None:
        with pytest.raises(ZeroDivisionError):
            load({"function": "shop_under_test.broken:parse"})


class TestSpecification:
    @pytest.mark.parametrize(
        ("spec", "said"),
        [
            ({"name": "html.parse"}, "no parser 'html.parse'; did you mean html.parser?"),
            ({"name": "zzz"}, "Built in: html.parser, bs4, lxml, selectolax, json, spin, sha256"),
            ({"name": 3}, "no parser 3"),
            ({}, "either the name of a built-in parser or a function"),
            ({"name": "lxml", "function": "a:b"}, "either the name of a built-in parser or a function"),
            ({"name": "lxml", "colour": 1}, "unknown 'colour'; known: function, input, name, url"),
            ({"function": 3}, "function is 3; write package.module:function"),
            ({"function": "a:b", "input": "lines"}, "input is 'lines'; write bytes or text"),
            ({"function": "a:b", "url": "yes"}, "url is 'yes'; write true or false"),
            ({"function": "mine.parse"}, "write package.module:function"),
            ({"function": "mine:"}, "write package.module:function"),
            ({"function": "a:b:c"}, "write package.module:function"),
            ({"function": "my-shop:parse"}, "write package.module:function"),
            ({"function": "./mine.py:parse"}, "without .py and slashes"),
        ],
    )
    def test_mistakes_are_named(self, spec: dict[str, Any], said: str) -> None:
        for read in (load, modules):
            with pytest.raises(ParserSpecError) as raised:
                read(spec)
            assert said in str(raised.value)

    def test_none_counts_as_absent(self) -> None:
        assert load({"name": "json", "function": None, "input": "bytes", "url": False})(b"1", URL) == 1

    def test_modules_to_preload(self) -> None:
        assert modules({"name": "lxml"}) == ("lxml.etree",)
        assert modules({"name": "spin"}) == ()
        assert modules({"function": "shop.parsing:parse"}) == ("shop.parsing",)

    def test_a_missing_library_names_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "selectolax", None)
        monkeypatch.delitem(sys.modules, "selectolax.lexbor", raising=False)
        monkeypatch.delitem(sys.modules, "simulator.driver.parsers.selectolax_lexbor", raising=False)
        with pytest.raises(ParserUnavailableError, match=r"install selectolax there, or .*--python"):
            load({"name": "selectolax"})


def test_stands_alone_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "other_name").symlink_to(REPOSITORY / "simulator" / "driver")
    script = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import importlib.machinery, types
package = types.ModuleType("other_name"); package.__path__ = [{str(tmp_path / "other_name")!r}]
sys.modules["other_name"] = package
from other_name.parsers import load, ParserUnavailableError
from other_name.shared.canonical import canonical
import json
names = [name for name in ("html.parser", "json", "spin", "sha256")]
print(json.dumps([canonical(load({{"name": name}})(b"1", "u")) for name in names]))
try:
    load({{"name": "bs4"}})
except ParserUnavailableError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    canonical_texts, unavailable = done.stdout.splitlines()
    assert len(json.loads(canonical_texts)) == 4
    assert "there is no module 'bs4'" in unavailable
    assert "install beautifulsoup4 there, or choose the Python that has it with --python PATH" in unavailable
