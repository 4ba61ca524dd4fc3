"""VCR's cassettes and Scrapy's cache: no tag of YAML and no pickle in them is ever carried out."""

import gzip
import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from simulator.imports.interface import Wanted
from simulator.imports.recording import RecordingError
from simulator.imports.scrapy_cache import read_scrapy
from simulator.imports.vcr import read_vcr
from tests.simulator.imports.recordings import MS, packed, reasons

VCRPY = """\
interactions:
- request:
    body: null
    headers:
      Authorization: [Bearer abc]
      User-Agent: [python-requests/2.32]
    method: GET
    uri: https://api.example/items?api_key=abc&page=1
  response:
    body: {string: '{"items": [1]}'}
    headers:
      Content-Type: [application/json]
      Set-Cookie: [a=b]
    status: {code: 200, message: OK}
- request: {method: GET, uri: https://api.example/b, headers: {}}
  response:
    body:
      string: !!binary |
        H4sIAAAAAAAA/0vKySzIzE0FAKN8qgsGAAAA
    headers: {content-encoding: [gzip], content-type: [text/plain]}
    status: {code: 200, message: OK}
version: 1
"""
RUBY = """\
---
http_interactions:
- request: {method: get, uri: http://example.com/, headers: {}}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [text/html;charset=utf-8]}
    body: {encoding: UTF-8, string: "<p>x"}
  recorded_at: Tue, 01 Nov 2011 04:58:44 GMT
recorded_with: VCR 6.1.0
"""


def cassette(folder: Path, text: str | bytes, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_vcrpy(tmp_path: Path) -> None:
    text = VCRPY.replace(
        "H4sIAAAAAAAA/0vKySzIzE0FAKN8qgsGAAAA", packed(gzip.compress(b"compressed", mtime=0))
    )
    recording = read_vcr(cassette(tmp_path, text), Wanted())
    first, second = recording.answers
    assert (first.body, first.content_type) == (b'{"items": [1]}', "application/json")
    assert first.url == "https://api.example/items?api_key=REDACTED&page=1"
    assert (second.body, second.encoding, second.delay_ns) == (b"compressed", "gzip", None)
    assert recording.withheld == {"headers that authorise": 1, "cookies": 1, "values in URLs": 1}


def test_ruby_and_betamax(tmp_path: Path) -> None:
    (answer,) = read_vcr(cassette(tmp_path, RUBY), Wanted()).answers
    assert (answer.body, answer.status, answer.method) == (b"<p>x", 200, "GET")
    assert answer.at_ns == 1_320_123_524 * 1_000 * MS
    interaction = {
        "recorded_at": "2015-11-14T22:53:20",
        "request": {"method": "GET", "uri": "https://api.example/", "headers": {}},
        "response": {
            "body": {"encoding": "utf-8", "base64_string": packed(gzip.compress(b"{}"))},
            "headers": {"Content-Encoding": "gzip", "Content-Type": "application/json"},
            "status": {"message": "OK", "code": 200},
        },
    }
    text = json.dumps({"http_interactions": [interaction], "recorded_with": "betamax/0.8"})
    (answer,) = read_vcr(cassette(tmp_path, text, "a.json"), Wanted()).answers
    assert (answer.body, answer.at_ns) == (b"{}", 1_447_541_600 * 1_000 * MS)


def bomb() -> bytes:
    inner = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for name, before in zip("bcdefghij", "abcdefghi", strict=True):
        inner += f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    return (inner + "interactions: *j\n").encode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "interactions:\n- !!python/object/apply:os.system ['touch {}/pwned']\n",
            "only plain YAML is read, no objects",
        ),
        ("!!python/object/new:os.system ['touch {}/pwned']", "only plain YAML is read, no objects"),
        ("interactions: [", "only plain YAML is read"),
        ("a: &a {x: 1}\ninteractions: {<<: *a}", "has merge keys"),
        ("[" * 500, "nested too deeply"),
        ("a: 1", "is no cassette: it has neither interactions nor http_interactions"),
        ("- 1", "is no cassette"),
        ("", "is no cassette"),
        ("interactions: {a: 1}", "is no cassette"),
        ("\0", "YAML"),
        ("a: *b", "YAML"),
        ("? [a]\n: b", "is no cassette"),
        ("a: 2026-99-99", "YAML"),
    ],
)
def test_what_is_no_cassette_is_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    path = cassette(tmp_path, text.replace("{}/pwned", f"{tmp_path}/pwned"))
    with pytest.raises(RecordingError) as error:
        read_vcr(path, Wanted())
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "pwned").exists()


def test_a_bomb_of_aliases_has_nothing_in_it(tmp_path: Path) -> None:
    recording = read_vcr(cassette(tmp_path, bomb()), Wanted())
    assert recording.answers == []


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (
            gzip.compress(b"x" * 100, mtime=0)[:-12],
            {"content-encoding": ["gzip"]},
            "its compression is cut off",
        ),
        (b"\x1f\x8bxx", {"content-encoding": ["gzip"]}, "its compression is broken"),
        (
            gzip.compress(b"x" * 5_000, mtime=0),
            {"content-encoding": ["gzip"]},
            "becomes larger than a page may be",
        ),
    ],
)
def test_broken_bodies_are_counted(
    body: bytes, headers: Any, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.imports.bodies.decoded.__defaults__", (1_000,))
    one = {
        "request": {"uri": "http://a.example/"},
        "response": {"status": 200, "headers": headers, "body": {"base64_string": packed(body)}},
    }
    recording = read_vcr(cassette(tmp_path, json.dumps({"interactions": [one]}), "a.json"), Wanted())
    (found,) = reasons(recording)
    assert found.startswith(reason)


class Exploit:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def cache(folder: Path, *, zipped: bool = False, key: str = "ab12", **meta: Any) -> Path:
    """Write an entry of a spider's cache as Scrapy does; return the spider's folder."""
    spider = folder / "httpcache" / "shop"
    entry = spider / key[:2] / key
    entry.mkdir(parents=True)
    described = {
        "url": "https://shop.example/a",
        "method": "GET",
        "status": 200,
        "response_url": "https://shop.example/a?sid=abc",
        "timestamp": 1_700_000_000.25,
    } | meta
    pickled = io.BytesIO()
    pickle.dump(Exploit(folder / "pwned"), pickled)
    files = {
        "meta": repr(described).encode(),
        "pickled_meta": pickled.getvalue(),
        "request_headers": b"Cookie: a=b\r\nAccept: */*",
        "request_body": b"",
        "response_headers": b"Content-Type: text/html\r\nContent-Encoding: gzip\r\nSet-Cookie: a=b",
        "response_body": gzip.compress(b"<p>x"),
    }
    for name, data in files.items():
        (entry / name).write_bytes(gzip.compress(data) if zipped else data)
    return spider


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("named", ["shop", "httpcache"])
def test_scrapy_s_cache_is_read_without_its_pickles(zipped: bool, named: str, tmp_path: Path) -> None:  # noqa: FBT001
    spider = cache(tmp_path, zipped=zipped)
    recording = read_scrapy(spider if named == "shop" else spider.parent, Wanted())
    (answer,) = recording.answers
    assert (answer.body, answer.content_type, answer.encoding) == (b"<p>x", "text/html", "gzip")
    assert (answer.url, answer.at_ns) == ("https://shop.example/a?sid=REDACTED", 1_700_000_000_250_000_000)
    assert recording.withheld == {"cookies": 2, "values in URLs": 1}
    assert not (tmp_path / "pwned").exists()


def test_links_and_broken_entries_of_a_cache_are_left_out(tmp_path: Path) -> None:
    spider = cache(tmp_path)
    (tmp_path / "secret").write_text("secret")
    for key, file in (("ab00", "response_body"), ("ab01", "meta"), ("ab02", "response_headers")):
        cache(tmp_path, key=key)
        (spider / "ab" / key / file).unlink()
        (spider / "ab" / key / file).symlink_to(tmp_path / "secret")
    (spider / "ab" / "link").symlink_to(spider / "ab" / "ab12")
    cache(tmp_path, key="cd00", status="__import__('os')")
    for number, written in enumerate(("__import__('os').system('x')", "[" * 9_000, "x" * 70_000, "\0")):
        cache(tmp_path, key=f"ef0{number}")
        (spider / "ef" / f"ef0{number}" / "meta").write_text(written)
    recording = read_scrapy(spider, Wanted())
    assert [answer.body for answer in recording.answers] == [b"<p>x"]
    assert reasons(recording) == {
        "that is a link to somewhere else": 3,
        "no answer (status 0)": 1,
        "whose meta cannot be read": 3,
        "larger than a page may be": 1,
    }


def test_a_database_of_pickles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop.db.dat").write_bytes(pickle.dumps(Exploit(tmp_path / "pwned")))
    for path in (tmp_path / "shop.db.dat", tmp_path):
        with pytest.raises(
            RecordingError, match=r"keeps pickles; .*FilesystemCacheStorage.* and crawl again"
        ):
            read_scrapy(path, Wanted())
    assert not (tmp_path / "pwned").exists()


def test_other_folders_are_no_cache(tmp_path: Path) -> None:
    cache(tmp_path)
    other = tmp_path / "httpcache" / "other"
    cache(tmp_path / "x").rename(other)
    for path, sentence in (
        (tmp_path / "gone", "No such file or directory"),
        (tmp_path / "httpcache", "has the caches of other and shop; name the folder of one"),
        (tmp_path, "is no HTTP cache of Scrapy"),
        (other / "ab" / "ab12" / "meta", "is a file; name the folder of a spider"),
    ):
        with pytest.raises(RecordingError, match=sentence):
            read_scrapy(path, Wanted())
