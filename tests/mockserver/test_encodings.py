import gzip
import http.client
import zlib
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mockserver import encodings
from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.content import ContentError
from mockserver.negotiation import negotiated
from mockserver.process import MockServer, ServerStartError
from mockserver.served import Served

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]

DECODERS: dict[str, Callable[[bytes], Any]] = {
    "gzip": lambda body: zlib.decompress(body, 16 + zlib.MAX_WBITS),
    "br": lambda body: import_module("brotli").decompress(body),
    "zstd": lambda body: import_module("zstandard").decompress(body),
}


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (None, "identity"),
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("deflate, GZip;Q=0.5", "gzip"),
        (" gzip ; q=0.3 ,", "gzip"),
        ("gzip;q=1.000", "gzip"),
        ("x-gzip", "gzip"),
        ("br, zstd", "identity"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.000, br", "identity"),
        ("*", "gzip"),
        ("br, *;q=0.1", "gzip"),
        ("*, gzip;q=0", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=0.5, identity;q=0.2", "gzip"),
        ("gzip;q=0.5, identity", "identity"),
        ("*;q=0.5, identity;q=1", "identity"),
        ("gzip;q=2", "identity"),
        ("gzip;level=3", "identity"),
        ("gzip;q=1;q=0", "identity"),
        ("*;q=0", None),
        ("identity;q=0", None),
        ("identity;q=0, br", None),
        ("identity;q=0, *;q=0", None),
    ],
)
def test_what_a_request_accepts(accepted: str | None, chosen: str | None) -> None:
    assert negotiated(accepted, "gzip") == chosen


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_who_accepts_it_gets_the_same_page_smaller(start: Start, get: Get, coding: str) -> None:
    if coding != "gzip" and (find_spec("brotli") is None or find_spec("zstandard") is None):
        pytest.skip("needs the extra `encodings`")
    server = start({"encoding": coding})
    _, plain, body = get(server, "/pages/1", Accept_Encoding="identity")
    status, headers, encoded = get(server, "/pages/1", Accept_Encoding=f"deflate, {coding}")
    assert (status, headers["Content-Encoding"], headers["Content-Length"]) == (
        200,
        coding,
        str(len(encoded)),
    )
    assert DECODERS[coding](encoded) == body
    assert len(encoded) < len(body)
    assert "Content-Encoding" not in plain
    assert plain["Vary"] == headers["Vary"] == "Accept-Encoding"
    assert get(server, "/pages/1", Accept_Encoding="deflate")[2] == body
    assert get(server, "/pages/1", method="HEAD", Accept_Encoding=coding)[1]["Content-Length"] == str(
        len(encoded)
    )
    status, headers, sentence = get(server, "/pages/1", Accept_Encoding="identity;q=0")
    assert (status, headers["Vary"], b"excludes identity" in sentence) == (406, "Accept-Encoding", True)


def test_by_default_nothing_is_compressed_nor_varies(start: Start, get: Get) -> None:
    headers = get(start(), "/pages/1", Accept_Encoding="gzip")[1]
    assert not {"Content-Encoding", "Vary"} & headers.keys()


def test_it_is_compressed_once_and_alike() -> None:
    config = ServerConfig.model_validate({"encoding": "gzip", "content": {"kind": "catalogue", "count": 3}})
    first, second = Served.build(config), Served.build(config)
    assert first.encoded == second.encoded
    again = Served.build(config.model_copy(update={"seed": 0}), first)
    assert again.encoded is first.encoded
    plain = Served.build(config.model_copy(update={"encoding": "identity"}), first)
    assert plain.encoded is None
    assert [reply.body for reply in plain.replies] == [reply.body for reply in first.replies]


@pytest.mark.parametrize(
    ("content_type", "compressed"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("Application/XHTML+XML", True),
        ("image/svg+xml", True),
        ("image/png", False),
        ("application/pdf", False),
        ("application/gzip", False),
        ("application/octet-stream", False),
    ],
)
def test_what_has_come_compressed_stays_as_it_is(content_type: str, *, compressed: bool) -> None:
    assert encodings.is_compressible(content_type) == compressed


def test_what_would_not_get_smaller_stays_as_it_is(start: Start, get: Get, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"<p>" * 100)
    (tmp_path / "b.json").write_bytes(b"[]")
    server = start({"encoding": "gzip", "content": {"kind": "folder", "path": str(tmp_path)}})
    assert gzip.decompress(get(server, "/a.html", Accept_Encoding="gzip")[2]) == b"<p>" * 100
    _, headers, body = get(server, "/b.json", Accept_Encoding="gzip")
    assert (body, "Content-Encoding" in headers, "Vary" in headers) == (b"[]", False, False)


def test_it_may_change_while_the_server_runs_on_every_worker(start: Start) -> None:
    server = start({"workers": 2})
    with AdminClient(server.url, server.token) as admin:
        admin.configure(admin.config().model_copy(update={"encoding": "gzip"}))
    for _ in range(2):
        with closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)) as client:
            client.request("GET", "/pages/0", headers={"Accept-Encoding": "gzip"})
            assert client.getresponse().headers["Content-Encoding"] == "gzip"


def test_the_bandwidth_is_that_of_the_compressed_body(start: Start, get: Get) -> None:
    server = start(
        {
            "encoding": "gzip",
            "body": {"bandwidth": "100kB/s"},
            "content": {"kind": "catalogue", "items": 99, "count": 1},
        }
    )
    encoded = get(server, "/pages/0", Accept_Encoding="gzip")[2]
    with AdminClient(server.url, server.token) as admin:
        requests = admin.requests()
    took_s = (requests["last_byte_ns"][0] - requests["first_byte_ns"][0]) / 1e9
    assert len(encoded) / 100_000 <= took_s < len(gzip.decompress(encoded)) / 100_000


def test_a_library_that_is_missing_is_a_sentence(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(encodings, "import_module", missing)
    with pytest.raises(
        ContentError, match=r"encoding br needs .*brotli.*pip install 'gil-simulator\[encodings\]'"
    ):
        encodings.compressor("br")
    # The same of a server that a person starts.
    (tmp_path / "brotli.py").write_text("raise ImportError")
    (tmp_path / "brotlicffi.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ServerStartError, match="encoding br needs"):
        start({"encoding": "br"})


def test_a_page_that_waits_its_turn_comes_compressed_too(start: Start, get: Get) -> None:
    server = start({"encoding": "gzip", "capacity": 1})
    body = get(server, "/pages/1", Accept_Encoding="identity")[2]
    assert gzip.decompress(get(server, "/pages/1", Accept_Encoding="gzip")[2]) == body
