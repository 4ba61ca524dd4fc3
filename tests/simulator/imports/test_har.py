"""HAR as programs write it, with all that is odd in it; and mangled ones, which never do more than a sentence."""

import copy
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.imports.har import convert, read_har
from simulator.imports.importing import read
from simulator.imports.interface import Wanted
from simulator.imports.recording import RecordingError
from tests.simulator.imports.recordings import MS, PAGE, converted, entry, har, packed, reasons, write_har

SHARED = Path(__file__).parents[4] / "shared" / "har"


def test_an_answer_has_body_type_status_delay_and_time() -> None:
    (answer,) = converted(entry()).answers
    assert answer.body == PAGE.encode()
    assert (answer.content_type, answer.status, answer.delay_ns) == (
        "text/html; charset=utf-8",
        200,
        40_250_000,
    )
    assert (answer.url, answer.method, answer.encoding) == ("https://shop.example/a", "GET", "identity")
    assert answer.at_ns == 1_795_867_200 * 1_000 * MS


@pytest.mark.parametrize("wait", [-1, None, "40", 9_999_999_999, float("inf"), float("nan"), True, 10**400])
def test_a_wait_that_cannot_be_is_not_known(wait: Any) -> None:
    (answer,) = converted(entry(timings__wait=wait)).answers
    assert answer.delay_ns is None


def test_a_page_of_the_browser_s_cache_says_nothing_of_the_server() -> None:
    recording = converted(entry(_fromCache="disk"), entry())
    assert [answer.delay_ns for answer in recording.answers] == [None, 40_250_000]
    assert "1 page from the browser's cache" in recording.notes[0]


def test_repeated_urls_are_pages_of_their_own() -> None:
    recording = converted(entry(timings__wait=1), entry(timings__wait=2))
    assert [answer.delay_ns for answer in recording.answers] == [1 * MS, 2 * MS]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"response__status": 0}, "no answer (status 0)"),
        ({"response__status": 101}, "no final status"),
        ({"response__status": 404}, "answered 4xx (--all-statuses takes these too)"),
        ({"response__status": 302}, "answered 3xx (--all-statuses takes these too)"),
        ({"url": "data:text/html,x"}, "not http or https (data:, blob:, ws:, …)"),
        ({"url": "blob:https://shop.example/1"}, "not http or https (data:, blob:, ws:, …)"),
        ({"url": "chrome-extension://x/a.js"}, "not http or https (data:, blob:, ws:, …)"),
        ({"request__method": "OPTIONS"}, "answers to OPTIONS"),
        ({"request__method": "\x00"}, "answers to unknown methods"),
        ({"content__text": None}, "without a body in the recording"),
        ({"response__content": {}}, "without a body in the recording"),
        ({"content__text": ""}, "without a body in the recording"),
        ({"response": None}, "without a body in the recording"),
        (
            {"content__encoding": "base64", "content__text": "no base64 §"},
            "called base64, which its text is not",
        ),
        ({"content__encoding": "base64", "content__text": "a"}, "called base64, which its text is not"),
    ],
)
def test_what_is_left_out_has_its_reason(changes: dict[str, Any], reason: str) -> None:
    url = changes.get("url", "https://shop.example/a")
    recording = converted(entry(url, **{key: value for key, value in changes.items() if key != "url"}))
    assert recording.answers == []
    left_out = reasons(recording)
    assert sum(left_out.values()) == 1
    if changes != {"response": None}:
        assert left_out == {reason: 1}


def test_other_statuses_and_methods_are_taken_when_asked_for() -> None:
    recording = converted(entry(response__status=404), entry(request__method="post"), all_statuses=True)
    assert [(answer.status, answer.method) for answer in recording.answers] == [(404, "GET"), (200, "POST")]


def test_one_type_alone() -> None:
    image = entry(content__mimeType="image/png", response__headers=[])
    recording = converted(entry(), image, media_types=("html",))
    assert [answer.content_type for answer in recording.answers] == ["text/html; charset=utf-8"]
    assert reasons(recording) == {"of another type than asked for": 1}


def test_base64_with_line_breaks_and_without_padding() -> None:
    body = bytes(range(256))
    text = packed(body).rstrip("=")
    broken = "\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    (answer,) = converted(entry(content__encoding="base64", content__text=broken)).answers
    assert answer.body == body


@pytest.mark.parametrize(
    ("kind", "text", "body", "sent"),
    [
        ("text/html; charset=ISO-8859-1", "é", b"\xe9", "text/html; charset=ISO-8859-1"),
        ("text/html; charset=iso-8859-1", "東", "東".encode(), "text/html; charset=utf-8"),
        ("text/html; charset=nonsense", "é", b"\xc3\xa9", "text/html; charset=nonsense"),
        ("text/html", "<meta charset=euc-jp>東", b"<meta charset=euc-jp>\xc5\xec", "text/html"),
        ("text/plain", "<meta charset=euc-jp>é", "<meta charset=euc-jp>é".encode(), "text/plain"),
        ("x-unknown", "é", b"\xc3\xa9", "application/octet-stream"),
        ("text/html\r\nSet-Cookie: a=b", "x", b"x", "text/html"),
        ("text/html; a=b; é", "x", b"x", "text/html; a=b"),
        ("application/json", "\ud83d\ude00 \ud800", "😀 \ufffd".encode(), "application/json"),
    ],
)
def test_a_text_has_the_bytes_that_its_type_says(kind: str, text: str, body: bytes, sent: str) -> None:
    (answer,) = converted(entry(response__headers=[], content__mimeType=kind, content__text=text)).answers
    assert (answer.body, answer.content_type) == (body, sent)


def test_a_body_that_the_recording_cut_is_said() -> None:
    assert "1 body cut off in the recording" in converted(entry(content__size=10_000)).notes[0]


def test_secrets_are_counted_and_not_written() -> None:
    headers = [{"name": name, "value": "x"} for name in ("Cookie", "authorization", "X-Api-Key", "Accept")]
    answered = [{"name": "Set-Cookie", "value": "x"}]
    one = entry(
        "https://me:pass@shop.example/a?token=abc&page=2#access_token=1",
        request__headers=headers,
        response__headers=answered,
    )
    recording = converted(one)
    assert recording.answers[0].url == "https://shop.example/a?token=REDACTED&page=2"
    assert recording.withheld == {"cookies": 2, "headers that authorise": 2, "values in URLs": 3}
    assert converted(one, keep_secrets=True).answers[0].url == one["request"]["url"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_any_unicode_is_read(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_bytes(json.dumps(har(entry()), ensure_ascii=False).encode(codec))
    assert read_har(path, Wanted()).answers[0].body == PAGE.encode()


def test_a_gzipped_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.har.gz"
    path.write_bytes(gzip.compress(json.dumps(har(entry())).encode()))
    assert read_har(path, Wanted()).answers[0].body == PAGE.encode()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


ATTACHED = f"{'0a' * 20}.html"


def attached_har(file: str = ATTACHED) -> bytes:
    one = entry()
    del one["response"]["content"]["text"]
    one["response"]["content"]["_file"] = file
    return json.dumps(har(one)).encode()


def test_a_zip_has_its_bodies_beside_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"har.har": attached_har(), ATTACHED: b"<p>\xff"})
    assert read_har(path, Wanted()).answers[0].body == b"<p>\xff"


def test_bodies_beside_a_file_are_of_its_folder_and_so_named(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    path = tmp_path / "a.har"
    for name in ("secret.html", "../secret.html", str(tmp_path / "secret.html")):
        path.write_bytes(attached_har(name))
        assert read_har(path, Wanted()).answers == []
    (tmp_path / ATTACHED).write_text("body")
    path.write_bytes(attached_har())
    assert read_har(path, Wanted()).answers[0].body == b"body"


def test_a_zip_bomb_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.imports.har.LARGEST_BYTES", 1 << 20)
    path = zipped(tmp_path / "a.zip", {"har.har": b" " * (2 << 20)})
    with pytest.raises(RecordingError, match="becomes larger than a recording may be"):
        read_har(path, Wanted())
    path = zipped(tmp_path / "b.zip", {"har.har": attached_har(), ATTACHED: b" " * (2 << 20)})
    with pytest.raises(RecordingError, match="bodies become larger"):
        read_har(path, Wanted())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not JSON"),
        (b"{}", "is no HAR: it has no log.entries"),
        (b'{"log": {"entries": {}}}', "is no HAR"),
        (b'{"log": {"entries": [', "is not JSON: Expecting value (line 1, column 22); was it cut off"),
        (b"[" * 200_000, "is nested too deeply"),
        (b"\xff\xfe\xfa", "is not"),
        (b'{"log": 1' + b"0" * 5_000 + b"}", "is not JSON"),
        (b"PK\x03\x04", "cannot be unpacked"),
        (b"\x1f\x8b\x08", "its compression is cut off; save it anew"),
        (b"\x1f\x8b\x08" + b"x" * 99, "its compression is broken; save it anew"),
        (b"\x80", "is not UTF-8"),
    ],
)
def test_what_is_no_har_is_a_sentence(data: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_bytes(data)
    with pytest.raises(RecordingError) as error:
        read_har(path, Wanted())
    assert sentence in str(error.value)
    assert str(error.value).startswith(("a.har", str(path)))


def test_a_zip_without_one_har_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"has 0 files \*\.har in it"):
        read_har(zipped(tmp_path / "a.zip", {"a.txt": b""}), Wanted())


def test_nothing_to_serve_is_a_sentence(tmp_path: Path) -> None:
    path = write_har(tmp_path / "a.har", entry(content__text=None), entry(response__status=500))
    with pytest.raises(RecordingError) as error:
        read("har", path, Wanted())
    assert str(error.value) == (
        f"{path}: nothing in it can be served: 1 without a body in the recording; 1 answered 5xx"
        " (--all-statuses takes these too); record it with the bodies"
    )


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return found + [one for key, value in items for one in places(value, (*path, key))]


WHOLE = har(entry(request__headers=[{"name": "Cookie", "value": "a"}]), entry(content__encoding="base64"))


@settings(max_examples=150)
@given(data=st.data())
def test_a_mangled_har_is_read_or_refused(data: st.DataObject) -> None:
    document = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from(places(document)))
        node = document
        for key in parents:
            node = node[key]
        if isinstance(node, dict) and data.draw(st.booleans()):
            node.pop(last)
        else:
            node[last] = data.draw(_VALUES)
        if not places(document):
            break
    try:
        recording = convert(document, "mangled.har", Wanted())
    except RecordingError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both ends are right
    else:
        assert len(recording.answers) + sum(reasons(recording).values()) <= 2 + len(recording.notes) * 2


def test_random_bytes_are_a_sentence(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.har", json.dumps(WHOLE))
    good = whole.getvalue()
    path = tmp_path / "a.zip"
    for at in range(0, len(good), 7):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        try:
            read_har(path, Wanted())
        except RecordingError as error:
            assert "\n" not in str(error)  # noqa: PT017 - both ends are right


@pytest.mark.skipif(not SHARED.is_dir(), reason="no recordings beside the checkout")
def test_real_recordings_are_read_or_refused() -> None:
    pages: dict[str, Any] = {}
    for path in sorted(SHARED.glob("*.har")):
        try:
            pages[path.name] = len(read("har", path, Wanted()).answers)
        except RecordingError as error:
            pages[path.name] = str(error).removeprefix(f"{path}: ")
    assert pages == {
        "cnn.har": 66,
        "humanssuck.net.har": 3,
        "missing_page.har": "nothing in it can be served: 1 without a body in the recording; record it with the bodies",
        "mytoys.de.har": "nothing in it can be served: 43 without a body in the recording; 7 answered 3xx"
        " (--all-statuses takes these too); record it with the bodies",
    }
