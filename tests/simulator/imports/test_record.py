"""`simulator record` against real servers: polite, bounded, and never led to where its user did not mean to go."""

import contextlib
import gzip
import signal
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mockserver.config import ServerConfig
from mockserver.content import load_content
from mockserver.process import MockServer
from simulator.imports import fetching
from simulator.imports.fetching import USER_AGENT, Fetcher, FetchError
from simulator.imports.interface import Wanted
from simulator.imports.polite import NOT_REACHED, Recorder
from simulator.imports.recording import Recording, RecordingError
from simulator.imports.url_list import read_urls
from tests.simulator.cli.started import running, simulator, wait_until
from tests.simulator.imports.recordings import MS, reasons

Answer = tuple[int, dict[str, str], bytes]
Site = dict[str, Answer | Callable[[], Answer]]


@contextmanager
def serving(site: Site) -> Iterator[tuple[str, list[Any]]]:
    """Serve these paths; give the URL and what was asked for."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            found = site.get(self.path, (404, {}, b"nothing"))
            status, headers, body = found() if callable(found) else found
            self.send_response(status)
            for name, value in (
                {"Content-Type": "text/html", "Content-Length": str(len(body))} | headers
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def recorded(
    *urls: str, samples: int = 1, listed: tuple[str, ...] = ("127.0.0.1",), **options: Any
) -> Recording:
    slept: list[float] = options.pop("slept", [])
    with Fetcher(listed) as fetcher:
        recorder = Recorder(urls, samples=samples, every_s=1.0, fetcher=fetcher, sleep=slept.append)
        recorder.run()
    return recorder.recording("urls.txt", Wanted(**options))


def test_bodies_and_waits_are_those_of_the_server() -> None:
    document = {"latency": {"kind": "uniform", "low": "5ms", "high": "60ms"}, "seed": 5}
    config = ServerConfig.model_validate(
        document | {"content": {"kind": "catalogue", "count": 8, "items": 3}}
    )
    with MockServer.start(config) as server:
        recording = recorded(*(f"{server.url}/pages/{page}" for page in range(8)), samples=3)
    assert [answer.body for answer in recording.answers] == [
        page.body for page in load_content(config.content, 5).pages
    ]
    from mockserver.latency import sampler  # noqa: PLC0415 - here alone

    delay_ns = sampler(config.latency, config.seed)
    for page, answer in enumerate(recording.answers):
        assert len(answer.samples_ns) == 3
        # How late a loaded machine is says nothing; a wait below the delay would be measured wrongly.
        assert delay_ns(page) <= min(answer.samples_ns)
        assert answer.delay_ns == sorted(answer.samples_ns)[1] < delay_ns(page) + 2_000 * MS


@pytest.mark.truth
def test_waits_are_within_two_milliseconds() -> None:
    config = ServerConfig.model_validate(
        {"latency": "40ms", "content": {"kind": "catalogue", "count": 20, "items": 8}}
    )
    with MockServer.start(config) as server:
        recording = recorded(*(f"{server.url}/pages/{page}" for page in range(20)), samples=5)
    late_ms = sorted((answer.delay_ns or 0) / MS - 40 for answer in recording.answers)
    assert abs(late_ms[10]) < 2, late_ms


def test_one_at_a_time_with_a_pause_round_by_round() -> None:
    slept: list[float] = []
    with serving({"/a": (200, {}, b"a"), "/b": (200, {}, b"b")}) as (url, asked):
        recorded(f"{url}/a", f"{url}/b", samples=2, slept=slept)
    assert [path for path, _ in asked] == ["/robots.txt", "/a", "/b", "/a", "/b"]
    assert slept == [1.0] * 3
    assert {headers["User-Agent"] for _, headers in asked} == {USER_AGENT}
    assert "gil-simulator" in USER_AGENT


def test_robots_are_obeyed() -> None:
    slept: list[float] = []
    rules = b"User-agent: other\nDisallow: /\n\nUser-agent: *\nCrawl-delay: 7\nDisallow: /private\n"
    site: Site = {"/robots.txt": (200, {}, rules), "/a": (200, {}, b"a"), "/private/x": (200, {}, b"x")}
    site["/b"] = (302, {"Location": "/private/x"}, b"")
    with serving(site) as (url, asked):
        recording = recorded(f"{url}/a", f"{url}/private/x", f"{url}/b", slept=slept)
    assert [answer.body for answer in recording.answers] == [b"a"]
    assert reasons(recording) == {"forbidden by robots.txt": 2}
    assert "/private/x" not in {path for path, _ in asked}
    assert slept == [7.0, 7.0]


def test_where_robots_cannot_be_asked_nothing_is_fetched() -> None:
    with serving({"/robots.txt": (500, {}, b""), "/a": (200, {}, b"a")}) as (url, asked):
        recording = recorded(f"{url}/a", samples=3)
    assert reasons(recording) == {"robots.txt cannot be asked for: it answers 500": 1}
    assert [path for path, _ in asked] == ["/robots.txt"]
    assert reasons(recorded(f"{url}/a")) == {"robots.txt cannot be asked for: no connection": 1}


def test_a_site_that_has_enough_is_left_alone() -> None:
    answers: Iterator[Answer] = iter([(200, {}, b"a"), (429, {}, b""), (200, {}, b"a")])
    site: Site = {"/a": lambda: next(answers), "/b": (200, {}, b"b")}
    with serving(site) as (url, asked):
        recording = recorded(f"{url}/a", f"{url}/b", samples=3)
    assert [path for path, _ in asked] == ["/robots.txt", "/a", "/b", "/a"]
    assert [len(answer.samples_ns) for answer in recording.answers] == [1, 1]


def test_redirects_are_followed_within_limits() -> None:
    site: Site = {f"/r{step}": (301, {"Location": f"/r{step - 1}"}, b"moved") for step in range(1, 8)}
    site |= {"/r0": (200, {}, b"here"), "/file": (302, {"Location": "file:///etc/passwd"}, b"")}
    site["/near"] = (302, {"Location": "http://localhost:1/x"}, b"")
    site["/odd"] = (302, {"Location": "http://[x"}, b"")
    site["/local"] = (302, {"Location": "http://169.254.169.254/latest"}, b"")
    with serving(site) as (url, _):
        recording = recorded(*(f"{url}/{path}" for path in ("r5", "r6", "file", "near", "local", "odd")))
    assert [answer.body for answer in recording.answers] == [b"here"]
    assert reasons(recording) == {
        "redirected more than 5 times": 1,
        "redirected to what is not http or https": 1,
        "broken answer": 1,
        "redirected to an address of this machine or network, which is not in the list": 2,
    }


def test_bodies_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.Fetcher.fetch, "__defaults__", (10_000,))
    site: Site = {
        "/large": (200, {}, b"x" * 10_001),
        "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 10_001)),
        "/broken": (200, {"Content-Encoding": "gzip"}, b"x" * 10),
        "/fine": (200, {"Content-Encoding": "deflate"}, zlib.compress(b"fine")),
        "/unknown": (200, {"Content-Encoding": "br"}, b"x"),
    }
    with serving(site) as (url, _):
        recording = recorded(*(url + path for path in site))
    assert [(answer.body, answer.encoding) for answer in recording.answers] == [(b"fine", "deflate")]
    assert sum(reasons(recording).values()) == 4


@pytest.mark.parametrize("part", ["head", "body"])
def test_what_dribbles_is_given_up(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and the answer never."""
    monkeypatch.setattr(fetching, "LONGEST_S", 0.3)
    head = b"HTTP/1.1 200 OK\r\nX: " if part == "head" else b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def dribble() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(1000)
                connection.sendall(head)
                while not over.wait(0.01):
                    connection.sendall(b"x")

        over = threading.Event()
        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            with Fetcher(["127.0.0.1"]) as fetcher, pytest.raises(FetchError, match="no answer in time"):
                fetcher.fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        finally:
            over.set()
            thread.join()


def test_cookies_are_counted_and_never_sent_back() -> None:
    site: Site = {"/a": (200, {"Set-Cookie": "sid=1"}, b"a")}
    with serving(site) as (url, asked):
        recording = recorded(f"{url}/a?token=x", f"{url}/a", samples=2, all_statuses=True)
    assert recording.withheld == {"cookies": 1, "values in URLs": 1}
    assert all("Cookie" not in headers for _, headers in asked)


def test_pages_that_change_are_told() -> None:
    numbers = iter(range(9))
    with serving({"/a": lambda: (200, {}, b"%d" % next(numbers))}) as (url, _):
        recording = recorded(f"{url}/a", samples=3)
    assert recording.answers[0].body == b"0"
    assert recording.notes == ["1 page not the same each time: the first answer is kept"]


def test_an_interruption_keeps_what_was_fetched() -> None:
    def interrupting(_: float) -> None:
        raise KeyboardInterrupt

    with (
        serving({"/a": (200, {}, b"a"), "/b": (200, {}, b"b")}) as (url, _),
        Fetcher(["127.0.0.1"]) as fetcher,
    ):
        recorder = Recorder(
            [f"{url}/a", f"{url}/b"], samples=3, every_s=1, fetcher=fetcher, sleep=interrupting
        )
        with pytest.raises(KeyboardInterrupt):
            recorder.run()
        recording = recorder.recording("urls.txt", Wanted())
    assert [answer.body for answer in recording.answers] == [b"a"]
    assert reasons(recording) == {NOT_REACHED: 1}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has 0 URLs; write 1 to 10,000, one on each line"),
        ("# nothing\n\n", "has 0 URLs"),
        (
            "https://a.example/\nftp://a.example/",
            "line 2: 'ftp://a.example/' is not fetched; write http:// or https://",
        ),
        ("file:///etc/passwd", "is not fetched"),
        ("shop.example/a", "is not fetched; write http:// or https:// and a host"),
        ("http://[::1", "is no URL"),
        ("http://a.example:99999/", "is no URL"),
        ("http://a.example/a b", "has a character that no URL has"),
        ("http://", "is not fetched"),
    ],
)
def test_a_list_that_is_none_is_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text(text)
    with pytest.raises(RecordingError) as error:
        read_urls(path)
    assert sentence in str(error.value)
    assert str(error.value).startswith(str(path))


def test_a_list_has_each_url_once(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text(
        "\ufeff# mine\nhttps://a.example/#x\n\n https://a.example/ \nhttps://b.example/?c"
    )
    assert read_urls(tmp_path / "urls.txt") == ["https://a.example/", "https://b.example/?c"]


def test_the_command_writes_what_runs(tmp_path: Path) -> None:
    with serving({"/a": (200, {}, b"<p>a"), "/b": (404, {}, b"")}) as (url, _):
        (tmp_path / "urls.txt").write_text(f"{url}/a\n{url}/b\n")
        arguments = ("record", "urls.txt", "--to", "shop", "--samples", "1", "--every", "100ms")
        done = simulator(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("simulator: 2 URLs, 1 sample of each, 100 ms apart: ")
    assert done.stdout.startswith("shop/ has 1 page, 4 B; delay p50 ")
    assert "left out: 1 answered 4xx" in done.stdout
    assert simulator(tmp_path, "validate", "shop.yaml").returncode == 0
    assert simulator(tmp_path, *arguments).stderr.startswith("simulator: shop exists; choose another name")


def test_ctrl_c_writes_what_was_fetched(tmp_path: Path) -> None:
    with serving({f"/{number}": (200, {}, b"<p>a") for number in range(100)}) as (url, asked):
        (tmp_path / "urls.txt").write_text("".join(f"{url}/{number}\n" for number in range(100)))
        with running(tmp_path, "record", "urls.txt", "--to", "shop", "--every", "100ms") as process:
            wait_until(lambda: len(asked) >= 3, "robots.txt and two pages are asked for")
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.startswith("shop/ has ")
    assert "not fetched before the end" in out
    assert simulator(tmp_path, "validate", "shop.yaml").returncode == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--every", "1"), "--every 1: 1 has no unit; write 1ms or 1s"),
        (("--every", "1ms"), "--every 1ms: 100ms to 1h is allowed"),
        (("--samples", "0"), "--samples 0: 1 to 1,000 is allowed"),
    ],
)
def test_what_is_not_polite_is_refused(options: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("http://127.0.0.1:9/\n")
    done = simulator(tmp_path, "record", "urls.txt", "--to", "shop", *options)
    assert (done.returncode, done.stderr) == (2, f"simulator: {sentence}\n")


def test_nothing_fetched_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("http://127.0.0.1:9/\n")
    done = simulator(tmp_path, "record", "urls.txt", "--to", "shop", "--samples", "1")
    assert done.returncode == 2
    assert "nothing in it can be served: 1 robots.txt cannot be asked for: no connection" in done.stderr
    assert not (tmp_path / "shop").exists()
