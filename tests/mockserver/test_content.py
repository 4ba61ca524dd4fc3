import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import content as content_module
from mockserver.catalogue import page_of_items, page_of_size
from mockserver.config import CatalogueContent, FolderContent
from mockserver.content import ContentError, PageSet, load_content
from mockserver.regular_file import read_regular

PART = "no page beside HTML, by its type; put it into a folder of its own to have it served"


def catalogue(**fields: Any) -> CatalogueContent:
    return CatalogueContent.model_validate({"kind": "catalogue", **fields})


def load_folder(path: Path) -> PageSet:
    return load_content(FolderContent.model_validate({"kind": "folder", "path": str(path)}), 0)


class TestCatalogue:
    def test_is_a_function_of_seed_page_and_items(self) -> None:
        page = page_of_items(3, 7, 12)
        assert page == page_of_items(3, 7, 12)
        assert len({page, page_of_items(4, 7, 12), page_of_items(3, 8, 12), page_of_items(3, 7, 13)}) == 4

    def test_is_the_same_on_every_python(self) -> None:
        # Pinned on purpose: runs on two Pythons are compared, so they have to serve the same bytes.
        pages = b"".join(page_of_items(7, index, 5) for index in range(3))
        assert hashlib.sha256(pages).hexdigest() == (
            "f50bda359bc30bd83ca8c5831541816094c65b592453b6d1451bda63e3bd92fd"
        )

    def test_every_product_asked_for_is_there(self) -> None:
        assert [page_of_items(0, 0, items).count(b'<li class="product">') for items in (0, 1, 40)] == [
            0,
            1,
            40,
        ]

    def test_sizes_are_those_of_listing_pages(self) -> None:
        assert 8_000 < len(page_of_items(0, 0, 8)) < 10_000
        assert 30_000 < len(page_of_items(0, 0, 40)) < 60_000

    @settings(deadline=None, max_examples=40)
    @given(seed=st.integers(0, 2**63), index=st.integers(0, 10**6), size=st.integers(2_200, 100_000))
    def test_a_size_is_met_exactly(self, seed: int, index: int, size: int) -> None:
        page = page_of_size(seed, index, size)
        assert len(page) == size
        assert page.rstrip().endswith(b"</html>")

    def test_more_than_the_filler_is_products(self) -> None:
        assert page_of_size(0, 0, 64_000).count(b'<li class="product">') > 60

    def test_a_page_set_is_named_by_index(self) -> None:
        pages = load_content(catalogue(count=3, items=2), seed=5)
        assert [page.name for page in pages.pages] == ["0", "1", "2"]
        assert pages.by_name["1"].body == page_of_items(5, 1, 2)
        assert {page.content_type for page in pages.pages} == {"text/html; charset=utf-8"}
        assert not pages.problems

    def test_size_in_the_scenario(self) -> None:
        assert {len(page.body) for page in load_content(catalogue(count=5, size="9kB"), 0).pages} == {9_000}

    def test_a_size_too_small_says_what_is_needed(self) -> None:
        with pytest.raises(ValueError, match=r"500 bytes is too small: .* takes (\d+); raise size") as raised:
            page_of_size(0, 0, 500)
        needed = int(re.findall(r"takes (\d+)", str(raised.value))[0])
        assert len(page_of_size(0, 0, needed)) == needed
        with pytest.raises(ValueError, match="write a size of 3kB or more"):
            catalogue(count=1, size="2999B")
        assert all(len(page_of_size(seed, index, 3000)) == 3000 for seed in range(5) for index in range(50))


class TestFolder:
    def test_pages_come_sorted_and_others_are_left(self, tmp_path: Path) -> None:
        (tmp_path / "b" / "deep").mkdir(parents=True)
        for name in (
            "z.html",
            "b/deep/a.HTM",
            "b/c.xhtml",
            "data.json",
            "b/style.css",
            "a.js",
            "x.png",
            "y.gif",
            "README",
        ):
            (tmp_path / name).write_bytes(name.encode())
        found = load_folder(tmp_path)
        assert [page.name for page in found.pages] == [
            *("README", "b/c.xhtml", "b/deep/a.HTM", "data.json", "z.html")
        ]
        assert [page.body for page in found.pages] == [page.name.encode() for page in found.pages]
        assert found.problems == (f"a.js, b/style.css, x.png and 1 more: {PART}",)
        assert found.left_out == 4

    def test_without_html_all_files_are_pages(self, tmp_path: Path) -> None:
        """Parsers of images and style sheets have pages too."""
        for name in ("a.css", "b.js", "c.png", "d.woff2", "e.pdf", "f.csv", "g.xml", "h.txt", "i.json"):
            (tmp_path / name).write_bytes(b"x")
        (tmp_path / "j.pdf").write_bytes(b"%PDF-1.7 \0\xff")
        (tmp_path / "k").write_bytes(b"\0\1")
        (tmp_path / ".env").write_bytes(b"SECRET=1")
        found = load_folder(tmp_path)
        assert {page.name: page.content_type for page in found.pages} == {
            "a.css": "text/css; charset=utf-8",
            "b.js": "text/javascript; charset=utf-8",
            "c.png": "image/png",
            "d.woff2": "font/woff2",
            "e.pdf": "application/pdf",
            "f.csv": "text/csv; charset=utf-8",
            "g.xml": "application/xml",
            "h.txt": "text/plain; charset=utf-8",
            "i.json": "application/json",
            "j.pdf": "application/pdf",
            "k": "application/octet-stream",
        }
        assert (found.left_out, found.problems[0].partition(":")[0]) == (1, ".env")

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("page.php", b"<!doctype html><p>x"),
            ("index.html?id=3", b"text"),
            ("index.html?x=a.css", b"<p>x"),
            ("view.php?img=1.5", b"\xef\xbb\xbf \n<HTML lang=en>"),
            ("no suffix", b"<!-- saved --><title>x</title>"),
            ("example.com", b"<?xml version='1.0'?><!-- x -->\n<!DOCTYPE html PUBLIC 'x'>"),
            ("script.pl", b"<!-- " + b"x" * 9000 + b" --><html>"),
            ("wide", b"\xff\xfe" + "<html>".encode("utf-16-le")),
        ],
    )
    def test_html_is_known_by_name_or_by_its_beginning(self, tmp_path: Path, name: str, body: bytes) -> None:
        (tmp_path / name).write_bytes(body)
        (page,) = load_folder(tmp_path).pages
        assert (page.name, page.content_type.partition(";")[0]) == (name, "text/html")

    @pytest.mark.parametrize(
        ("name", "body", "reason"),
        [
            ("a.css?v=3", b"<!-- -->", "no page beside HTML, by its type"),
            ("a.jpg", b"<html>", "no page beside HTML, by its type"),
            ("a.map", b"{}", "no page beside HTML, by its type"),
            ("a.ttf", b"\0\1", "no page beside HTML, by its type"),
            ("a.html", b"", "empty"),
            ("empty", b"", "empty"),
            ("a.html", b"\x1f\x8b\x08", "compressed; unpack it"),
            ("a.html", b"%PDF-1.7", "binary, whatever its name says"),
            ("a.json", b"\x89PNG\r\n", "binary, whatever its name says"),
            (".page.html", b"<html>", "hidden"),
        ],
    )
    def test_what_is_no_page_is_left_out_with_the_reason(
        self, tmp_path: Path, name: str, body: bytes, reason: str
    ) -> None:
        (tmp_path / "page.html").write_text("<p>")
        (tmp_path / name).write_bytes(body)
        found = load_folder(tmp_path)
        assert ([page.name for page in found.pages], found.left_out) == (["page.html"], 1)
        assert found.problems[0].startswith(f"{name}: ")
        assert reason in found.problems[0]

    def test_a_page_too_large_for_memory_is_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(content_module, "LARGEST_CONTENT_BYTES", 5000)
        (tmp_path / "a.html").write_bytes(b"a" * 5001)
        (tmp_path / "b.html").write_bytes(b"b")
        assert load_folder(tmp_path).problems == ("a.html: larger than the 5kB a server keeps in memory",)

    @pytest.mark.parametrize(
        ("name", "body", "content_type"),
        [
            ("a.html", b"<title>x</title>", "text/html; charset=utf-8"),
            ("a.html", b'<head><meta charset="EUC-KR">', "text/html; charset=euc-kr"),
            (
                "a.htm",
                b'<META http-equiv="Content-Type" content="text/html; charset=utf-8">',
                "text/html; charset=utf-8",
            ),
            ("a.html", b"\xef\xbb\xbf<meta charset=latin-1>", "text/html; charset=utf-8"),
            ("a.html", b"\xff\xfe<\x00", "text/html; charset=utf-16le"),
            (
                "a.xhtml",
                b'<?xml version="1.0" encoding="UTF-8"?><html/>',
                "application/xhtml+xml; charset=utf-8",
            ),
            ("a.html", b'<meta charset="x\r\nSet-Cookie: y=1">', "text/html; charset=utf-8"),
            ("a.html", b" " * 1100 + b"<meta charset=euc-kr>", "text/html; charset=utf-8"),
            ("a.json", b"{}", "application/json"),
            ("a.txt", b"<html>", "text/plain; charset=utf-8"),
            ("feed", b"<?xml version='1.0'?><rss>", "application/xml"),
            ("feed.xml", b"<rss>", "application/xml"),
            ("a.xml", b"<html>", "text/html; charset=utf-8"),
            ("a.php", b"<?php echo 1 ?><html>", "text/plain; charset=utf-8"),
            ("a.pl", b"#!/usr/bin/perl", "text/plain; charset=utf-8"),
            ("a", b"<abbr>", "text/plain; charset=utf-8"),
            ("a.csv", b"caf\xe9,1", "text/csv; charset=windows-1252"),
            ("page.html.gz", b"\x1f\x8b\x08", "application/gzip"),
            ("photo", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ],
    )
    def test_content_type(self, tmp_path: Path, name: str, body: bytes, content_type: str) -> None:
        (tmp_path / name).write_bytes(body)
        assert load_folder(tmp_path).pages[0].content_type == content_type

    def test_links_are_followed_inside_only(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret.html").write_text("secret")
        root = tmp_path / "root"
        (root / "sub").mkdir(parents=True)
        (root / "page.html").write_text("page")
        (root / "alias.html").symlink_to("page.html")
        (root / "out.html").symlink_to(outside / "secret.html")
        (root / "up.html").symlink_to("../outside/secret.html")
        (root / "elsewhere").symlink_to(outside)
        (root / "again").symlink_to("sub")
        (root / "circle.html").symlink_to("circle.html")
        (root / "gone.html").symlink_to("missing.html")
        (root / "gone.css").symlink_to("missing.css")
        found = load_folder(root)
        assert [page.name for page in found.pages] == ["alias.html", "page.html"]
        assert [page.body for page in found.pages] == [b"page", b"page"]
        assert [problem.partition(";")[0] for problem in found.problems] == [
            "again: a link to a folder",
            "circle.html, gone.css and gone.html: a link that leads nowhere",
            "elsewhere, out.html and up.html: a link that leads out of the folder",
        ]
        assert found.left_out == 7
        assert b"secret" not in b"".join(page.body for page in found.pages)

    def test_the_folder_itself_may_be_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "real" / "a.html").write_text("a")
        (tmp_path / "link").symlink_to("real")
        assert [page.name for page in load_folder(tmp_path / "link").pages] == ["a.html"]

    def test_what_is_no_file_is_reported_and_not_opened(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text("a")
        os.mkfifo(tmp_path / "pipe.html")
        assert load_folder(tmp_path).problems == ("pipe.html: not a file",)

    @pytest.mark.parametrize(
        ("name", "shown"),
        [(b"\xff.css", "\\xff.css"), (b"a\nb.css", "a\\nb.css"), (b"a\xc2\xa0b.css", "a\\xa0b.css")],
    )
    def test_a_name_is_shown_however_odd(self, tmp_path: Path, name: bytes, shown: str) -> None:
        (tmp_path / "a.html").write_text("a")
        write(tmp_path, name, b"x")
        assert load_folder(tmp_path).problems == (f"{shown}: {PART}",)

    def test_what_is_hidden_is_left_out(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text("a")
        (tmp_path / ".b.html").write_text("secret")
        (tmp_path / ".DS_Store").write_text("no page")
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker" / "config.json").write_text("secret")
        (tmp_path / "c.html").symlink_to(".docker/config.json")
        found = load_folder(tmp_path)
        assert [page.name for page in found.pages] == ["a.html"]
        assert [problem.partition(":")[0] for problem in found.problems] == [
            ".DS_Store, .b.html and .docker",
            "c.html",
        ]

    def test_an_unreadable_file_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "a.html").write_text("a")
        (tmp_path / "b.html").write_text("b")
        monkeypatch.setattr("mockserver.content.read_regular", refusing("b.html", read_regular))
        found = load_folder(tmp_path)
        assert [page.name for page in found.pages] == ["a.html"]
        assert found.problems == ("b.html: Permission denied",)

    def test_an_unreadable_folder_inside_is_reported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a.html").write_text("a")
        (tmp_path / "shut").mkdir()
        monkeypatch.setattr(os, "scandir", refusing("shut", os.scandir))
        assert load_folder(tmp_path).problems == ("shut/: Permission denied",)

    def test_errors_name_the_folder_and_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        missing, file, empty, bad = (tmp_path / name for name in ("missing", "file", "empty", "bad"))
        file.write_text("")
        empty.mkdir()
        bad.mkdir()
        (bad / "a.html").symlink_to("missing")
        for path, sentence in (
            (missing, "no such folder; save the pages there or correct the path"),
            (file, "not a folder; name the folder that holds the pages"),
            (empty, "no page in it; save some there or name another folder"),
            (bad, "no page in it; a.html: a link that leads nowhere; correct or remove it; save"),
        ):
            with pytest.raises(ContentError) as raised:
                load_folder(path)
            assert str(raised.value).startswith(f"{path}: {sentence}")
        monkeypatch.setattr(os, "scandir", refusing("empty", os.scandir))
        with pytest.raises(
            ContentError, match=r"cannot be read \(Permission denied\); change its permissions"
        ):
            load_folder(empty)

    def test_more_than_memory_should_hold_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(content_module, "LARGEST_CONTENT_BYTES", 1000)
        (tmp_path / "a.html").write_bytes(b"a" * 600)
        (tmp_path / "b.html").write_bytes(b"b" * 600)
        with pytest.raises(ContentError, match="more than the 1kB a server keeps in memory"):
            load_folder(tmp_path)


def write(folder: Path, name: bytes, body: bytes) -> None:
    """Write a file, or skip the test where the file system has no such names."""
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(body)
    except OSError:
        pytest.skip("this file system refuses such names")


def refusing(name: str, real: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Stand in for `real` where permissions cannot be set: root, who may run the tests, may read all."""

    def read(path: Any, *more: Any) -> Any:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *more)

    return read
