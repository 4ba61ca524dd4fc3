"""Server and drivers find the same encoding of a page: the one that browsers find. Neither may import the other."""

import itertools
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from webencodings.labels import LABELS

from mockserver import charset as servers
from simulator.driver.parsers import load
from simulator.driver.shared import charset as drivers

URL = "http://127.0.0.1:1/pages/0"
HTML_PARSERS = ("html.parser", "lxml", "selectolax", "bs4")
TITLE = "été 5 €"
UTF_8 = f"<title>{TITLE}</title><p>{TITLE}</p>".encode()

ELSEWHERE = [
    b'<meta name="description" content="how to set charset=gbk">',
    b'<meta name="x" content="text/html; charset=gbk">',
    b'<meta http-equiv="refresh" content="1; charset=gbk">',
    b'<!-- <meta charset="koi8-r"> -->',
    b"<!--><!-- > <meta charset=koi8-r> -->",
    b"<!-- <meta charset=koi8-r>",
    b'<meta data-charset="shift_jis">',
    b'<meta x-charset=shift_jis itemprop="charset=gbk">',
    b"<metadata charset=gbk>",
    b"<link charset=gbk><script charset=gbk></script>",
    b'<p title="<meta charset=gbk>">',
    b"<p title='> <meta charset=gbk>'>",
    b"<![CDATA[ <meta charset=gbk ]]>",
    b"</ <meta charset=gbk>",
    b"<?php <meta charset=gbk ?>",
    b"<meta charset=utf-16>",
    b"<meta charset=nonsense>",
    b"<meta charset=&#103;bk>",
    b"<meta charset=''>",
    b"<meta charset = 'utf-8' charset=gbk>",
    b'<meta charset="gbk',
    b"<meta http-equiv=content-type content='charset=\"gbk'>",
    b"<meta http-equiv=content-type content='charset'>",
    b"<meta http-equiv=content-type charset=utf-8 content='charset=gbk'>",
    b"<meta charset=nonsense http-equiv=content-type content='charset=gbk'>",
    b'<meta charset="utf-8" data-x="<meta charset=gbk>">',
    b" " * 1020 + b"<meta charset=gbk>",
    b"<?xml version='1.0' encoding='nonsense'?>",
    b"<!doctype html>charset=gbk <b>charset=gbk</b>",
]
DECLARED = [
    "<meta charset=gbk>",
    "<META CHARSET='GBK'>",
    '<meta\tcharset\n=\f"\r gbk ">',
    "<meta/charset=gbk />",
    "<meta x charset=gbk>",
    "<meta a=1 b='2' c=\"3\" charset=gbk>",
    "<meta http-equiv=Content-Type content='text/html; charset=gbk'>",
    '<meta content=\'text/html;charset = "gbk" ; x\' http-equiv="CONTENT-TYPE">',
    "<meta content=charset=gbk http-equiv=content-type>",
    "<meta http-equiv=content-type content='charset charset=gbk'>",
    "<!-- > --><meta charset=gbk>",
    "<!--><meta charset=gbk>",
    "<!doctype html><html lang=zh><head><meta charset=nonsense><meta charset=gbk>",
    "<a title='<!--'><meta charset=gbk>",
    "<?xml version='1.0' encoding='gbk'?>",
    '<?xml version="1.0"  encoding = "GBK" standalone="yes"?>\n<html>',
    "<?xml version='1.0' encoding='utf-8'?><meta charset=gbk>",
    "a < b <meta charset=gbk>",
]


def titles(body: bytes) -> set[str]:
    """Return the title that each way of reading a page finds."""
    function = {"function": "tests.test_charset:title", "input": "text"}
    records = [load({"name": name})(body, URL) for name in HTML_PARSERS]
    return {record["title"] for record in records if isinstance(record, dict)} | {
        str(load(function)(body, URL))
    }


def title(text: str) -> str:
    """Parse as a user does, who has the page as text."""
    found = re.search("<title>(.*?)</title>", text, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("beginning", ELSEWHERE)
def test_what_is_no_declaration_declares_nothing(beginning: bytes) -> None:
    body = beginning + UTF_8
    assert (servers.encoding(body), drivers.encoding(body)) == ("utf-8", "utf-8")
    assert title(drivers.decode(body)) == TITLE


@pytest.mark.parametrize("beginning", DECLARED)
def test_a_declaration_is_found_however_it_is_written(beginning: str) -> None:
    body = f"{beginning}<title>日本語</title>".encode("gbk")
    assert (servers.encoding(body), drivers.encoding(body)) == ("gbk", "gbk")
    assert title(drivers.decode(body)) == "日本語"


def test_the_drivers_table_is_that_of_the_encoding_standard() -> None:
    kept = {label: name for name, labels in drivers.ENCODINGS.items() for label in labels.split()}
    replaced = {label for label, name in LABELS.items() if name == "replacement"}
    assert {label: name for label, name in kept.items() if label not in replaced} == {
        label: name for label, name in LABELS.items() if label not in replaced
    }
    assert set(kept) & replaced == set(servers._REPLACED)


def _samples() -> Iterator[tuple[str, str, str]]:
    """Give each label, the Python codec that writes what browsers read with it, and text that it can write."""
    texts = (
        "été 5 €",
        "Новости",
        "日本語ニュース",
        "한국어 뉴스",
        "中文新闻",
        "ไทย",
        "שלום",
        "مرحبا",
        "Ελλάδα",
        "žluť",
        "ığüş",
        "plain",
    )
    for label, name in LABELS.items():
        if name in ("replacement", "utf-16be", "utf-16le", "x-user-defined"):
            continue
        codec = drivers._codec(name)
        for text in texts:
            try:
                text.encode(codec)
            except UnicodeEncodeError:
                continue
            yield label, codec, text
            break


def test_titles_are_intact_with_every_label() -> None:
    for label, codec, text in _samples():
        page = f"<meta charset='{label}'><title>{text}</title>".encode(codec)
        assert title(drivers.decode(page)) == text, label
        named = servers.encoding(page)
        assert named == drivers.encoding(page), label
        assert title(page.decode(drivers._codec(named))) == text, label


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("x-sjis", "cp932", "日本語ニュース ①"),
        ("windows-31j", "cp932", "日本語"),
        ("x-cp1251", "cp1251", "Новости"),
        ("windows-949", "cp949", "한국어 똠"),
        ("x-mac-cyrillic", "mac-cyrillic", "Новости"),
        ("windows-874", "cp874", "ไทย"),
        ("iso-8859-8-i", "iso8859-8", "שלום"),
        ("latin1", "cp1252", "é “x” €"),
        ("utf-16", "utf-8", TITLE),
    ],
)
def test_every_parser_gets_the_title(label: str, codec: str, text: str) -> None:
    page = f"<meta charset={label}><title>{text}</title><p>{text}</p>".encode(codec)
    assert titles(page) == {text}


def test_every_parser_gets_the_title_of_what_declares_nothing() -> None:
    assert titles(UTF_8) == {TITLE}
    assert titles(f"<title>{TITLE}</title>".encode("cp1252")) == {TITLE}
    assert titles(f"\ufeff<meta charset=gbk><title>{TITLE}</title>".encode("utf-16-le")) == {TITLE}


PIECES = [
    *(
        piece.encode()
        for piece in ("<meta", "<!--", "-->", *"<>/=\"' \n;a?!é€", "charset", "http-equiv", "content")
    ),
    *(b"content-type", b"text/html; charset=koi8-r", b"<?xml", b"encoding", b"gbk", b"utf-16", b"x-sjis"),
    *(b"iso-2022-kr", b"iso-2022-cn", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\xe9", b" " * 500),
    *itertools.islice((f"<meta charset={label}>".encode() for label in LABELS), 0, None, 20),
    b"<meta http-equiv=content-type content='",
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)), max_size=14).map(b"".join))
def test_server_and_drivers_agree_on_any_bytes(body: bytes) -> None:
    name = drivers.encoding(body)
    assert name == servers.encoding(body)
    assert not drivers.decode(body).startswith("\ufeff") or body.startswith(
        (b"\xef\xbb\xbf" * 2, b"\xff\xfe" * 2)
    )
