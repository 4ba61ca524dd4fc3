"""Recorded content: each page with its own status, type and delay; a manifest is read like anything from outside."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mockserver.admin import AdminClient
from mockserver.config import FolderContent, RecordedContent, ServerConfig
from mockserver.content import ContentError, load_content
from mockserver.delays import asked_delays
from mockserver.explain import problems
from mockserver.manifest import SCHEMA, read_manifest
from mockserver.served import Served
from tests.mockserver.conftest import Get, Start

MS = 1_000_000


def page(file: str = "pages/0.html", **changes: Any) -> dict[str, Any]:
    return {"file": file, "size_bytes": 3, "content_type": "text/html", "delay": "5ms"} | changes


def recording(folder: Path, *pages: dict[str, Any], **changes: Any) -> Path:
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    for one in pages:
        if one["file"] == f"pages/{Path(one['file']).name}":
            (folder / one["file"]).write_bytes(b"x" * one["size_bytes"])
    document = {"schema": SCHEMA, "pages": pages} | changes
    (folder / "manifest.json").write_text(json.dumps(document))
    return folder


def config(folder: Path, **changes: Any) -> ServerConfig:
    return ServerConfig.model_validate({"content": {"kind": "recorded", "path": str(folder)}} | changes)


def refusal(folder: Path) -> str:
    with pytest.raises(ContentError) as error:
        load_content(RecordedContent(kind="recorded", path=folder), 0)
    return str(error.value)


def test_each_page_has_its_own_status_type_and_delay(start: Start, get: Get, tmp_path: Path) -> None:
    recording(
        tmp_path,
        page(delay="20ms"),
        page("pages/1.pdf", content_type="application/pdf", delay="1ms"),
        page("pages/2.html", status=404, delay="0ms"),
        page("pages/3.txt", status=204, size_bytes=0, delay="0ms"),
        page("pages/4.txt", status=599, delay="0ms"),
    )
    server = start({"content": {"kind": "recorded", "path": str(tmp_path)}})
    answers = [get(server, f"/pages/{number}") for number in range(6)]
    assert [status for status, _, _ in answers] == [200, 200, 404, 204, 599, 200]
    assert [headers["Content-Type"] for _, headers, _ in answers[:3]] == [
        *("text/html", "application/pdf", "text/html")
    ]
    assert [body for _, _, body in answers] == [b"xxx", b"xxx", b"xxx", b"", b"xxx", b"xxx"]
    intended = [headers["Server-Timing"].partition(";dur=")[2].partition(",")[0] for _, headers, _ in answers]
    assert intended == ["20", "1", "0", "0", "0", "20"]
    assert get(server, "/pages/1.pdf")[0] == 200, "also by its name"
    with AdminClient(server.url, server.token) as admin:
        assert admin.config().latency.kind == "recorded"
        assert admin.stats()["content"]["pages"] == 5


def test_as_a_folder_a_recording_is_its_pages(tmp_path: Path) -> None:
    recording(tmp_path, page(), page("pages/1.html"))
    found = load_content(FolderContent(kind="folder", path=tmp_path), 0)
    assert [one.name for one in found.pages] == ["pages/0.html", "pages/1.html"]
    assert found.problems == (
        "manifest.json: says how pages were recorded; content: {kind: recorded} serves them so",
    )


def test_a_latency_of_its_own_wins(tmp_path: Path) -> None:
    recording(tmp_path, page(delay=None), page("pages/1.html", delay="7ms"))
    assert Served.build(config(tmp_path, latency="3ms")).delay_ns(1) == 3 * MS
    with pytest.raises(ContentError, match="not known how long 1 of 2 pages took; write a latency for all"):
        Served.build(config(tmp_path))


def test_delays_repeat_with_the_pages(tmp_path: Path) -> None:
    recording(tmp_path, page(delay="5ms"), page("pages/1.html", delay="7ms"))
    delay_ns = asked_delays(config(tmp_path))
    assert [delay_ns(number) for number in range(5)] == [5 * MS, 7 * MS, 5 * MS, 7 * MS, 5 * MS]


def test_a_configuration_comes_back_as_it_was(tmp_path: Path) -> None:
    for made in (config(tmp_path), config(tmp_path, latency="recorded"), config(tmp_path, latency="3ms")):
        assert ServerConfig.model_validate(made.model_dump(mode="json", by_alias=True)) == made
    assert config(tmp_path) == config(tmp_path, latency={"kind": "recorded"})


def test_recorded_delays_are_of_recordings() -> None:
    with pytest.raises(ValidationError) as error:
        ServerConfig.model_validate({"latency": "recorded"})
    assert problems(error.value) == [
        "configuration: latency: recorded is for content of kind recorded, not catalogue; write a duration, as 40ms"
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"file": "../secret"}, "pages.0.file: '../secret' leads out of the folder"),
        ({"file": "/etc/passwd"}, "leads out of the folder"),
        ({"file": "pages/../../x"}, "leads out of the folder"),
        ({"file": "pages\\..\\x"}, "leads out of the folder"),
        ({"file": "."}, "leads out of the folder"),
        ({"file": "link.html"}, "link.html is a link out of the folder"),
        ({"file": "gone.html"}, "gone.html: No such file or directory; import the recording anew"),
        ({"file": "pages"}, "pages: not a regular file"),
        ({"file": 3}, "pages.0.file: should be a valid string; found 3"),
        ({"size_bytes": 4, "file": "pages/other.html"}, "has 3 bytes, where size_bytes says 4"),
        ({"size_bytes": -1}, "pages.0.size_bytes"),
        ({"status": 99}, "pages.0.status"),
        ({"status": "200"}, "pages.0.status"),
        ({"status": 304}, "an answer 304 has no body"),
        (
            {"content_type": "text/html\r\nSet-Cookie: a=b"},
            "pages.0.content_type: 'text/html\\r\\nSet-Cookie",
        ),
        ({"content_type": "text/ü"}, "is no header"),
        ({"delay": "5"}, "pages.0.delay: 5 has no unit"),
        ({"delay": "11m"}, "longer than a delay may be"),
        ({"delay": "-3ms"}, "negative"),
        ({"colour": "red"}, "pages.0.colour: unknown key"),
        ({"url": "a\0b"}, "has a character that nothing can be named with"),
    ],
)
def test_mistakes_of_a_page_are_said(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("xxx")
    folder = recording(tmp_path / "shop", page("pages/0.html"), page("pages/other.html"))
    (folder / "link.html").symlink_to(secret)
    document = json.loads((folder / "manifest.json").read_text())
    document["pages"] = [page(**({"file": "pages/0.html"} | changes))]
    (folder / "manifest.json").write_text(json.dumps(document))
    told = refusal(folder)
    assert sentence in told
    assert told.startswith(str(folder / "manifest.json"))
    assert "\n" not in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not JSON"),
        ("[]", "the document: should be a valid dictionary"),
        ("{}", "schema: is missing; pages: is missing"),
        (
            '{"schema": "gil-simulator.recording/2", "pages": []}',
            "this version reads gil-simulator.recording/1",
        ),
        (f'{{"schema": "{SCHEMA}", "pages": []}}', "pages: "),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": 1' + "0" * 5000 + "}", "is not JSON"),
        ("\xff", "is not JSON"),
    ],
)
def test_what_is_no_manifest_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    assert sentence in refusal(tmp_path)


def test_a_manifest_that_changes_is_read_anew(tmp_path: Path) -> None:
    recording(tmp_path, page())
    first = read_manifest(tmp_path)
    assert read_manifest(tmp_path) is first
    recording(tmp_path, page(), page("pages/1.html"))
    assert len(read_manifest(tmp_path).pages) == 2


def test_a_folder_without_a_manifest_is_no_recording(tmp_path: Path) -> None:
    assert "name a folder that `simulator import` or `simulator record` has written" in refusal(tmp_path)
    assert "No such file" in refusal(tmp_path / "gone")


def test_more_than_a_server_keeps_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.recorded.LARGEST_CONTENT_BYTES", 5)
    recording(tmp_path, page(), page("pages/1.html"))
    assert "more than the 5B a server keeps in memory" in refusal(tmp_path)


def test_pages_that_share_a_file_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.recorded.LARGEST_CONTENT_BYTES", 5)
    recording(tmp_path, page(), page(delay="9ms"))
    first, second = load_content(RecordedContent(kind="recorded", path=tmp_path), 0).pages
    assert first.body is second.body


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=100)
@given(key=st.sampled_from([*page(), "status", "samples", "at", "url", "encoding", "method"]), value=_JSON)
def test_a_mangled_page_is_read_or_refused(
    key: str, value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "mangled"
    recording(folder, page())
    document = {"schema": SCHEMA, "pages": [page(), page() | {key: value}]}
    (folder / "manifest.json").write_text(json.dumps(document))
    try:
        found = read_manifest(folder)
        load_content(RecordedContent(kind="recorded", path=folder), 0)
    except ContentError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both ends are right
    else:
        assert len(found.pages) == 2
