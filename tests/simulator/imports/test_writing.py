"""What is written of a recording: a folder that the server serves as it was recorded, and a scenario that loads."""

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.config import RecordedContent, ServerConfig
from mockserver.content import load_content
from mockserver.delays import asked_delays
from mockserver.manifest import read_manifest
from simulator.imports.folder import check_target, suffix_of, write_recording
from simulator.imports.recording import Answer, Recording, RecordingError
from simulator.imports.scenario_text import parser_for, scenario_text
from simulator.imports.secret import without_secrets
from simulator.imports.summary import summary
from simulator.scenario.load import load
from tests.simulator.imports.recordings import MS


def answer(
    body: bytes = b"<p>", kind: str = "text/html", delay_ns: int | None = 5 * MS, **more: Any
) -> Answer:
    return Answer(body=body, content_type=kind, delay_ns=delay_ns, **more)


def recording(*answers: Answer) -> Recording:
    return Recording("har", {"file": "shop.har"}, list(answers))


def written(folder: Path, made: Recording) -> Path:
    write_recording(folder, made, scenario_text(folder, made))
    return folder


def test_the_server_serves_what_was_recorded(tmp_path: Path) -> None:
    answers = (
        answer(b"\0\xff", "application/pdf", 123_456_789),
        answer(b"<p>", at_ns=10**18),
        answer(b"<p>", delay_ns=7 * MS, at_ns=10**18 + 5),
        answer(b"<p>", "text/plain", delay_ns=0, status=404),
        answer(b"", status=500),
    )
    folder = written(tmp_path / "shop", recording(*answers))
    found = load_content(RecordedContent(kind="recorded", path=folder), 0)
    assert [(page.body, page.content_type, page.status) for page in found.pages] == [
        (one.body, one.content_type, one.status) for one in answers
    ]
    delay_ns = asked_delays(
        ServerConfig.model_validate({"content": {"kind": "recorded", "path": str(folder)}})
    )
    assert [delay_ns(page) for page in range(5)] == [one.delay_ns for one in answers]
    assert sorted(path.name for path in (folder / "pages").iterdir()) == [
        "0.pdf",
        "1.html",
        "3.txt",
        "4.html",
    ]
    assert [page.at_ns for page in read_manifest(folder).pages] == [None, 0, 5, None, None]


def test_an_unknown_delay_is_that_of_the_others(tmp_path: Path) -> None:
    made = recording(
        answer(delay_ns=1 * MS), answer(delay_ns=None), answer(delay_ns=9 * MS), answer(delay_ns=3 * MS)
    )
    pages = read_manifest(written(tmp_path / "shop", made)).pages
    assert [(page.delay_ns, page.delay_known) for page in pages] == [
        *((1 * MS, True), (3 * MS, False), (9 * MS, True), (3 * MS, True))
    ]
    assert "delay not known of 1: 3 ms, the median of the others, stands for it" in summary(tmp_path, made)


def test_where_no_delay_is_known_the_scenario_says_one(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", recording(answer(delay_ns=None)))
    assert load(tmp_path / "shop.yaml").server.latency.kind == "fixed"
    assert read_manifest(folder).pages[0].delay_ns is None


@pytest.mark.parametrize("name", ["shop", "a b", "ü", "true", "12", "it's", 'a"b', "a:b", "#x"])
def test_the_scenario_loads_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    made = recording(answer())
    made.source["file"] = f"{name}\n.har: {{{{"
    written(check_target(str(folder), force=False), made)
    scenario = load(tmp_path / f"{name}.yaml")
    assert (scenario.server.content.kind, scenario.server.latency.kind) == ("recorded", "recorded")


def test_what_is_offered_as_a_comment_is_valid(tmp_path: Path) -> None:
    """TLS, the coding and the arrivals of the original are there to be switched on, one by one or together."""
    made = recording(
        *(
            answer(
                url="https://shop.example/", encoding="gzip", at_ns=10**18 + number * MS, status=200 + number
            )
            for number in (0, 1, 204)
        )
    )
    folder = written(tmp_path / "shop", made)
    path = tmp_path / "shop.yaml"
    text = path.read_text()
    assert text.count("  # ") > 3
    for offered in ("encoding: gzip", "tls: true", "arrivals: recorded"):
        assert f"# {offered} " in text
        path.write_text(text.replace(f"# {offered} ", f"{offered} "))
        load(path)
    path.write_text(text.replace("# encoding", "encoding").replace("# tls", "tls"))
    assert (load(path).server.tls, load(path).server.encoding, load(path).job.failures) == (
        True,
        "gzip",
        "allowed",
    )
    assert folder.is_dir()


def test_durations_alone_are_drawn_from(tmp_path: Path) -> None:
    made = Recording(
        "log", {"file": "access.log"}, delays_ns=[1 * MS, 2 * MS], arrivals_ns=[10**18 + 7, 10**18]
    )
    folder = written(tmp_path / "shop", made)
    assert (folder / "delays.txt").read_text() == "# from request to answer, observed\n1ms\n2ms\n"
    assert (folder / "arrivals.txt").read_text() == "# from the first request on\n0ms\n7ns\n"
    scenario = load(tmp_path / "shop.yaml")
    assert (scenario.server.content.kind, scenario.server.latency.kind) == ("catalogue", "empirical")
    assert not (folder / "manifest.json").exists()


@pytest.mark.parametrize(
    ("kinds", "parser"),
    [
        (["text/html", "application/xhtml+xml"], "html.parser"),
        (["application/json", "application/ld+json; a=b"], "json"),
        (["text/html", "image/png"], "spin"),
        (["application/json", "text/html"], "spin"),
    ],
)
def test_the_parser_suits_the_pages(kinds: list[str], parser: str) -> None:
    assert parser_for(recording(*(answer(kind=kind) for kind in kinds)))[0] == parser


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("text/html; charset=utf-8", ".html"),
        ("application/vnd.api+json", ".json"),
        ("application/rss+xml", ".xml"),
        ("image/svg+xml", ".svg"),
        ("application/octet-stream", ".bin"),
        ("x/../../y", ".bin"),
    ],
)
def test_suffixes(kind: str, suffix: str) -> None:
    assert suffix_of(kind) == suffix


def test_nothing_is_overwritten_without_being_asked(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", recording(answer()))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for name in (
        folder,
        tmp_path / "gone" / "x",
        tmp_path / ".hidden",
        Path(),
        tmp_path / "a\nb",
        tmp_path / "b ",
    ):
        with pytest.raises(RecordingError):
            check_target(str(name), force=False)
    assert check_target(str(folder), force=True) == folder
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(RecordingError, match="is no recording, and is not overwritten"):
        check_target(str(folder), force=True)
    (folder / "mine.txt").unlink()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_cannot_be_finished_leaves_nothing(
    stop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where something was there before."""
    folder = written(tmp_path / "shop", recording(answer(b"before")))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    new = recording(answer(b"one"), answer(b"two"))

    def fails(*_: Any, **__: Any) -> None:
        raise stop

    for place in ("json.dumps", "pathlib.Path.write_bytes", "pathlib.Path.rename", "pathlib.Path.mkdir"):
        with monkeypatch.context() as broken:
            broken.setattr(place, fails)
            with pytest.raises((KeyboardInterrupt, RecordingError)):
                write_recording(folder, new, "name: x")
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before, place
    write_recording(folder, new, "name: x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop", "shop.yaml"]
    assert len(read_manifest(folder).pages) == 2


def test_the_summary_fits_a_terminal() -> None:
    made = recording(answer())
    made.left_out.update(
        {"without a body in the recording": 72, "answered 3xx (--all-statuses takes these too)": 6}
    )
    made.withheld.update({"cookies": 30, "values in URLs": 4})
    lines = summary(Path("shop"), made).splitlines()
    assert max(map(len, lines)) <= 80
    assert "72 without a body" in lines[1]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/b?page=2&sort=asc&keyword=x", "https://a.example/b?page=2&sort=asc&keyword=x"),
        ("https://a.example/?access_token=x&api-key=y&SID=z", "https://a.example/?access_token=REDACTED&api-key=REDACTED&SID=REDACTED"),
        ("https://a.example/?accessToken=x&X-Amz-Signature=y", "https://a.example/?accessToken=REDACTED&X-Amz-Signature=REDACTED"),
        ("https://a.example/?q=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "https://a.example/?q=REDACTED"),
        ("https://a.example/?q=0123456789abcdef0123456789abcdef", "https://a.example/?q=REDACTED"),
        ("https://a.example/s/aB3dE5fG7hI9kL1mN3oP/x", "https://a.example/s/REDACTED/x"),
        ("https://a.example/app.0123456789abcdef0123456789abcdef.js", "https://a.example/app.0123456789abcdef0123456789abcdef.js"),
        ("https://a.example/a;jsessionid=0A1B", "https://a.example/a;jsessionid=REDACTED"),
        ("https://a.example/some-long-article-about-cats-2026", "https://a.example/some-long-article-about-cats-2026"),
        ("http://[", "REDACTED"),
        ("", ""),
    ],
)  # fmt: skip
def test_secrets_of_urls(url: str, kept: str) -> None:
    from collections import Counter  # noqa: PLC0415 - here alone

    assert without_secrets(url, Counter()) == kept


def test_a_manifest_is_what_the_server_reads(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "shop",
        recording(answer(url="https://shop.example/é", samples_ns=(4 * MS, 5 * MS, 6 * MS))),
    )
    (page,) = json.loads((folder / "manifest.json").read_text())["pages"]
    assert page == {
        "url": "https://shop.example/é",
        "method": "GET",
        "status": 200,
        "content_type": "text/html",
        "encoding": "identity",
        "file": "pages/0.html",
        "size_bytes": 3,
        "delay": "5ms",
        "samples": ["4ms", "5ms", "6ms"],
    }
