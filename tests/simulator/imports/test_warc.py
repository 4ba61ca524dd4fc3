"""WARC as warcio and others write it; cut off, hostile, or none at all."""

import gzip
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.imports.interface import Wanted
from simulator.imports.recording import Recording, RecordingError
from simulator.imports.warc import read_warc
from tests.simulator.imports.recordings import MS, reasons

pytest.importorskip("warcio")

URL = "https://shop.example/../../../etc/passwd?token=x"
BODY = gzip.compress(b"<p>x", mtime=0)
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
    b"Transfer-Encoding: chunked\r\nSet-Cookie: a=b\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
)
REQUEST = b"POST /a HTTP/1.1\r\nCookie: a=b\r\nAuthorization: x\r\n\r\n"


def record(kind: str, block: bytes, url: str = URL, **named: str) -> bytes:
    described = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": "2026-11-28T12:00:00Z",
        "Content-Length": str(len(block)),
        "Content-Type": "application/http",
    } | {name.replace("_", "-"): value for name, value in named.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in described.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


RECORDS = (
    record("warcinfo", b"software: test\r\n"),
    record("response", ANSWER, WARC_Record_ID="<urn:uuid:1>"),
    record("request", REQUEST, WARC_Concurrent_To="<urn:uuid:1>"),
    record("metadata", b"via: x\r\nfetchTimeMs: 123\r\n", WARC_Concurrent_To="<urn:uuid:1>"),
    record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", "https://shop.example/b"),
    record("resource", b"%PDF", "https://shop.example/c", Content_Type="application/pdf"),
)


def archive(path: Path, *, zipped: bool = True) -> Path:
    """Write a WARC with an answer that came chunked and gzipped, and all that may stand beside it."""
    path.write_bytes(b"".join(gzip.compress(one) if zipped else one for one in RECORDS))
    return path


def read(path: Path, **wanted: Any) -> Recording:
    return read_warc(path, Wanted(**wanted))


@pytest.mark.parametrize("zipped", [True, False])
def test_answers_with_what_other_records_say_of_them(zipped: bool, tmp_path: Path) -> None:  # noqa: FBT001
    recording = read(archive(tmp_path / "a.warc", zipped=zipped))
    page, pdf = recording.answers
    assert (page.body, page.encoding, page.content_type) == (b"<p>x", "gzip", "text/html; charset=utf-8")
    assert (page.delay_ns, page.method, page.status) == (123 * MS, "POST", 200)
    assert page.at_ns == 1_795_867_200 * 1_000 * MS
    assert page.url == "https://shop.example/../../../etc/passwd?token=REDACTED"
    assert (pdf.body, pdf.content_type, pdf.delay_ns) == (b"%PDF", "application/pdf", None)
    assert reasons(recording) == {"seen before: the body is in another recording": 1}
    assert recording.withheld == {"cookies": 2, "headers that authorise": 1, "values in URLs": 1}
    assert "whole fetches" in recording.notes[0]


@pytest.mark.parametrize("zipped", [True, False])
def test_one_that_is_cut_off_or_mangled_is_read_as_far_as_it_goes(zipped: bool, tmp_path: Path) -> None:  # noqa: FBT001
    whole = archive(tmp_path / "a.warc", zipped=zipped).read_bytes()
    path = tmp_path / "b.warc"
    for at in range(0, len(whole), 37):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]):
            path.write_bytes(data)
            try:
                assert len(read(path).answers) <= 2
            except RecordingError as error:
                assert "\n" not in str(error)  # noqa: PT017 - both ends are right


@pytest.mark.parametrize(
    "data",
    [b"not a warc", b"\0" * 1_000, b"\x1f\x8b\x08", gzip.compress(b"no warc", mtime=0), b"WARC/1.0\r\n"],
)
def test_what_is_no_warc_is_a_sentence(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    try:
        assert read(path).answers == []
    except RecordingError as error:
        assert str(error).startswith(f"{path}: is no WARC")  # noqa: PT017 - both ends are right
        assert "\n" not in str(error)  # noqa: PT017


def test_headers_without_an_end_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.0\r\nX: " + b"y" * (8 << 20)))
    with pytest.raises(RecordingError, match="headers are longer than headers are"):
        read(path)
    path.write_bytes(gzip.compress(b"WARC/1.0\r\n" + b"X: y\r\n" * (1 << 20)))
    with pytest.raises(RecordingError, match="headers are longer than headers are"):
        read(path)


def test_a_bomb_in_a_record_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.imports.bodies.decoded.__defaults__", (3,))
    recording = read(archive(tmp_path / "a.warc"))
    assert reasons(recording)["becomes larger than a page may be when it is decompressed"] == 1


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone"):
        with pytest.raises(RecordingError):
            read(path)


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "warcio.archiveiterator", None)
    with pytest.raises(RecordingError, match=r"pip install 'gil-simulator\[imports\]'"):
        read(tmp_path / "a.warc")
