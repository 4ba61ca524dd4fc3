import http.client
import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from mockserver.admin import AdminClient
from mockserver.app import App
from mockserver.config import ServerConfig
from mockserver.file_name import as_target
from mockserver.process import MockServer
from mockserver.served import Served
from tests.mockserver.test_content import PART

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]

MS = 1_000_000


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_page_says_how_late_it_was_meant_to_be_and_was(start: Start, get: Get, loop: str) -> None:
    server = start({"latency": "20ms", "loop": loop})
    status, headers, body = get(server, "/pages/3")
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(headers["Content-Length"]) == len(body)
    assert headers["X-Request-Id"] == "0-0"
    timing = re.fullmatch(r"intended;dur=20, actual;dur=([\d.]+)", headers["Server-Timing"])
    assert timing is not None
    assert float(timing[1]) >= 20
    with AdminClient(server.url, server.token) as admin:
        row = {name: column[0] for name, column in admin.requests().items() if isinstance(column, list)}
        stats = admin.stats()
    assert row["request_id"] == "0-0"
    assert row["page"] == 3
    assert row["received_ns"] == int(headers["X-Received-Ns"])
    assert row["intended_ns"] == 20 * MS
    assert (row["first_byte_ns"] - row["received_ns"]) / 1e6 == pytest.approx(float(timing[1]))
    assert row["received_ns"] + 20 * MS <= row["first_byte_ns"] <= row["last_byte_ns"]
    error_s = (row["first_byte_ns"] - row["received_ns"] - row["intended_ns"]) / 1e9
    assert stats["delay_error_s"] == {
        name: pytest.approx(error_s) for name in ("mean", "p50", "p90", "p99", "max")
    }
    assert (stats["requests"], stats["in_flight"], stats["errors"]) == (1, 0, {})


def test_page_ids_go_round(shared: MockServer, get: Get) -> None:
    bodies = [get(shared, f"/pages/{page}")[2] for page in (0, 1, 5, 10**17)]
    assert bodies[0] == bodies[2] == bodies[3]
    assert bodies[0] != bodies[1]


def test_one_request_may_have_a_latency_of_its_own(shared: MockServer, get: Get) -> None:
    assert get(shared, "/pages/0?latency=30ms")[1]["Server-Timing"].startswith(
        "intended;dur=30, actual;dur=3"
    )
    assert get(shared, "/pages/0?page=2")[1]["Server-Timing"].startswith("intended;dur=0,")


def test_head_has_the_headers_only(shared: MockServer, get: Get) -> None:
    length = len(get(shared, "/pages/0")[2])
    status, headers, body = get(shared, "/pages/0", method="HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(length))


@pytest.mark.parametrize(
    ("path", "method", "status", "sentence"),
    [
        ("/nothing", "GET", 404, "there are /pages/0, /pages/1"),
        ("/pages", "GET", 404, "/pages does not exist"),
        ("/pages/x", "GET", 400, "'x' is no page id; write a whole number from 0"),
        ("/pages/-1", "GET", 400, "'-1' is no page id"),
        ("/pages/", "GET", 400, "'' is no page id"),
        ("/pages/1/2", "GET", 400, "'1/2' is no page id"),
        ("/pages/" + "9" * 19, "GET", 400, "at most 18 digits"),
        ("/pages/" + "9" * 5000, "GET", 400, "at most 18 digits"),
        ("/pages/1?latency=40", "GET", 400, "latency: 40 has no unit; write 40ms or 40s"),
        ("/pages/1?latency=", "GET", 400, "latency: a duration is missing"),
        ("/pages/1?latency=11m", "GET", 400, "longer than 10m"),
        ("/pages/1", "POST", 405, "/pages/1 takes GET, not POST"),
        ("/", "DELETE", 405, "/ takes GET, not DELETE"),
        ("/__admin/nothing", "GET", 404, "there are /__admin/health"),
        ("/__admin/reset", "GET", 405, "/__admin/reset takes POST, not GET"),
        ("/../../etc/passwd", "GET", 404, "does not exist"),
        ("/%2e%2e/%2e%2e/etc/passwd", "GET", 404, "does not exist"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_hint(
    shared: MockServer, get: Get, path: str, method: str, status: int, sentence: str
) -> None:
    with AdminClient(shared.url, shared.token) as admin:
        admin.reset()
        found, _, body = get(shared, path, method=method)
        assert (found, sentence in body.decode()) == (status, True), body
        assert admin.stats()["errors"] == ({} if "__admin" in path else {str(status): 1})


def test_a_folder_is_served_by_number_and_by_path(start: Start, get: Get, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    (pages / "sub dir").mkdir(parents=True)
    (pages / "a.html").write_text("<p>a")
    (pages / "pages").mkdir()
    (pages / "pages" / "1.html").write_text("<p>one")
    (pages / "sub dir" / "ü.html").write_text("<p>b")
    (tmp_path / "secret.html").write_text("secret")
    (pages / "link.html").symlink_to(tmp_path / "secret.html")
    server = start({"content": {"kind": "folder", "path": str(pages)}})
    assert get(server, "/a.html")[2] == get(server, "/pages/0")[2] == b"<p>a"
    assert get(server, "/pages/1.html")[2] == get(server, "/pages/1")[2] == b"<p>one"
    assert get(server, "/sub%20dir/%C3%BC.html")[2] == get(server, "/pages/2")[2] == b"<p>b"
    for path in (
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/link.html",
        "//secret.html",
    ):
        status, _, body = get(server, path)
        assert (status, b"secret" in body.replace(path.encode(), b"").replace(b"secret.html", b"")) == (
            404,
            False,
        )
    with AdminClient(server.url, server.token) as admin:
        content = admin.stats()["content"]
    assert (content["kind"], content["pages"]) == ("folder", 3)
    assert len(content["problems"]) == 1
    assert "link.html" in content["problems"][0]


ODD_NAMES = (
    *(
        "a\u00a0b (8\uff1a15 PM).html",
        "\u3000.html",
        "\U0001f468\u200d\U0001f469.html",
        "e\u0301.html",
        "Issue #1.html",
    ),
    *(
        "100% sure.html",
        "%41.html",
        "index.html?id=3",
        "page.php",
        "a&b=c;d+e.html",
        "'\"`$.html",
        "a\nb.html",
        "x",
    ),
)


def test_any_name_is_served_by_name_and_by_number(start: Start, get: Get, tmp_path: Path) -> None:
    names = [*map(os.fsencode, ODD_NAMES), b"\xff\xfe.html"]
    for name in names:
        try:
            Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"<p>" + name)
        except OSError:
            pytest.skip("this file system refuses such names")
    server = start({"content": {"kind": "folder", "path": str(tmp_path)}})
    for name in names:
        assert get(server, f"/{quote_from_bytes(name, safe='')}")[2] == b"<p>" + name
    assert {get(server, f"/pages/{number}")[2] for number in range(len(names))} == {b"<p>" + n for n in names}
    assert get(server, "/index.html")[0] == 404
    text = get(server, "/")[2].decode()
    assert f"curl -i {server.url}/%2541.html" in text


@settings(max_examples=25)
@given(
    st.sets(
        st.builds(
            lambda name, end: name + end,
            st.binary(min_size=1, max_size=40).filter(lambda name: not set(name) & {0, 47} and name[0] != 46),
            st.sampled_from([b".html", b"_", b"?x=1_"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_each_path_that_is_told_leads_to_its_file(names: set[bytes]) -> None:
    with TemporaryDirectory() as folder:
        try:
            for name in names:
                Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"<p>" + name)
        except OSError:
            reject()
        served = Served.build(
            ServerConfig.model_validate({"content": {"kind": "folder", "path": folder}}),
        )
    app = App(cast("Any", SimpleNamespace(served=served)), cast("Any", None), None)
    assert served.left_out == 0
    for path in served.by_path:
        page = app._page(as_target(path))
        assert page is not None
        assert served.replies[page].body == b"<p>" + path[1:]


def test_a_name_never_takes_the_place_of_a_number(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    for name in ("0", "1", "1.html"):
        (tmp_path / "pages" / name).write_text(f"<p>{name}")
    served = Served.build(ServerConfig.model_validate({"content": {"kind": "folder", "path": str(tmp_path)}}))
    app = App(cast("Any", SimpleNamespace(served=served)), cast("Any", None), None)
    assert [app._page(f"/pages/{name}") for name in ("0", "1", "4", "1.html")] == [0, 1, 4, 2]


def test_what_is_left_out_is_counted_and_named(start: Start, get: Get, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>")
    for number in range(7):
        (tmp_path / f"{number}.css").write_text("a {}")
    server = start({"content": {"kind": "folder", "path": str(tmp_path)}})
    with AdminClient(server.url, server.token) as admin:
        content = admin.stats()["content"]
    assert (content["left_out"], content["problems"]) == (
        7,
        [f"0.css, 1.css, 2.css and 4 more: {PART}"],
    )
    for accept in ("text/html", "*/*"):
        text = get(server, "/", Accept=accept)[2].decode()
        assert "(7 left out)" in text
        assert "2.css and 4 more" in text


def test_a_bandwidth_spreads_the_body_over_time(start: Start, get: Get) -> None:
    server = start(
        {"content": {"kind": "catalogue", "count": 1, "size": "10kB"}, "body": {"bandwidth": "100kB/s"}}
    )
    _, headers, body = get(server, "/pages/0")
    assert int(headers["Content-Length"]) == len(body)
    with AdminClient(server.url, server.token) as admin:
        requests = admin.requests()
    duration_s = (requests["last_byte_ns"][0] - requests["first_byte_ns"][0]) / 1e9
    assert duration_s >= len(body) / 100_000 * 0.999
    assert requests["first_byte_ns"][0] - requests["received_ns"][0] < 50 * MS


def exchange(server: MockServer, request: bytes) -> bytes:
    """Send raw bytes and read until the server closes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_http_1_0_closes_unless_asked_not_to(shared: MockServer) -> None:
    assert b"\r\nConnection: close\r\n" in exchange(shared, b"GET /pages/0 HTTP/1.0\r\n\r\n")
    both = exchange(
        shared,
        b"GET /pages/0 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /pages/0 HTTP/1.0\r\n\r\n",
    )
    assert both.count(b"\r\nConnection: keep-alive\r\n") == 1
    assert both.count(b"HTTP/1.1 200 OK") == 2


def test_pipelined_requests_wait_one_after_the_other(start: Start) -> None:
    server = start({"latency": "20ms"})
    exchange(
        server,
        b"GET /pages/0 HTTP/1.1\r\nHost: x\r\n\r\nGET /pages/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    with AdminClient(server.url, server.token) as admin:
        requests = admin.requests()
    assert requests["page"] == [0, 1]
    assert requests["received_ns"][1] >= requests["last_byte_ns"][0]


def test_nonsense_is_answered_400_and_disturbs_nobody(start: Start, get: Get) -> None:
    server = start()
    assert b" 400 " in exchange(server, b"nonsense\r\n\r\n")
    assert get(server, "/pages/0")[0] == 200
    assert server.last_words() == ""


@pytest.mark.parametrize(
    ("sent", "request_id", "job", "attempt"),
    [
        (None, None, 3, 1),
        ("12-1", "12-1", 12, 1),
        ("0-2", "0-2", 0, 2),
        ("9" * 18 + "-" + "9" * 18, "9" * 18 + "-" + "9" * 18, int("9" * 18), int("9" * 18)),
        *(
            (bad, None, 3, 1)
            for bad in ("", "12", "12-0", "12-", "-1", "x-1", "1-x", "1-2-3", "01-2", "1-02", "1 - 2", "+1-2")
        ),
        ("9" * 19 + "-1", None, 3, 1),
        ("\u0661-\u0661".encode().decode("latin-1"), None, 3, 1),
    ],
)
def test_a_request_may_say_which_attempt_of_which_job_it_is(
    shared: MockServer, get: Get, sent: str | None, request_id: str | None, job: int, attempt: int
) -> None:
    with AdminClient(shared.url, shared.token) as admin:
        admin.reset()
        headers = get(shared, "/pages/3", **({} if sent is None else {"X_Request_Id": sent}))[1]
        columns = admin.requests()
    if request_id is None:
        assert re.fullmatch(r"0-\d+", headers["X-Request-Id"])
        request_id = headers["X-Request-Id"]
    assert headers["X-Request-Id"] == request_id
    found = [columns[name] for name in ("request_id", "page", "job", "attempt")]
    assert found == [[request_id], [3], [job], [attempt]]


class TestIndex:
    def test_a_browser_gets_html(self, start: Start, get: Get) -> None:
        _, headers, body = get(start({"latency": "40ms"}), "/", Accept="text/html,*/*;q=0.8")
        assert headers["Content-Type"].startswith("text/html")
        assert b"40ms" in body
        assert b"5 generated pages, products on each: 2" in body
        assert b"http://" not in re.sub(rb"http://127\.0\.0\.1:\d+", b"", body), (
            "nothing comes from elsewhere"
        )

    def test_curl_gets_text(self, start: Start, get: Get) -> None:
        server = start({"latency": {"p50": "40ms", "p99": "90ms"}, "body": {"bandwidth": "200kB/s"}})
        get(server, "/pages/0?latency=0ms")
        _, headers, body = get(server, "/", Accept="*/*")
        assert headers["Content-Type"].startswith("text/plain")
        text = body.decode()
        assert f"curl -i {server.url}/pages/0" in text
        assert "percentiles (p50 40ms, p99 90ms)" in text
        assert "200kB/s" in text
        assert "Requests           1" in text

    def test_the_page_itself_asks_for_its_numbers(self, start: Start, get: Get) -> None:
        _, _, body = get(start(), "/", Accept="application/json")
        assert json.loads(body)["requests"] == "0"

    def test_the_host_header_is_escaped(self, shared: MockServer, get: Get) -> None:
        _, _, body = get(shared, "/", Accept="text/html", Host="<script>alert(1)</script>")
        assert b"<script>alert" not in body


class TestAdmin:
    def test_health_names_server_and_clock(self, shared: MockServer) -> None:
        with AdminClient(shared.url, shared.token) as admin:
            health = admin.health()
        assert health["server"] == "gil-simulator-mockserver"
        assert (health["protocol"], health["clock"], health["workers"]) == (1, "CLOCK_MONOTONIC", 1)
        assert tuple(health["pids"]) == shared.pids

    def test_the_configuration_changes_while_it_runs(self, start: Start, get: Get) -> None:
        server = start()
        with AdminClient(server.url, server.token) as admin:
            before = admin.config()
            after = ServerConfig.model_validate(
                {"latency": "7ms", "seed": 3, "content": {"kind": "catalogue", "count": 2, "items": 1}}
            )
            admin.configure(after)
            assert admin.config() == after
            assert get(server, "/pages/0")[1]["Server-Timing"].startswith("intended;dur=7,")
            admin.configure(before)
            assert admin.config() == before

    def test_each_change_has_the_next_generation(self, start: Start, get: Get) -> None:
        server = start()
        with AdminClient(server.url, server.token) as admin:
            assert admin.stats()["generation"] == admin.requests()["generation"] == 0
            assert admin.configure(admin.config()) == 1, (
                "also one that changes nothing: it replaced something"
            )
            status, headers, _ = get(server, "/__admin/config", method="PUT", body='{"latency": "7ms"}')
            assert (status, headers["X-Generation"]) == (200, "2")
            get(server, "/__admin/config", method="PUT", body='{"latency": 7}')
            admin.reset()
            assert admin.stats()["generation"] == admin.requests()["generation"] == 2
        assert get(server, "/__admin/config")[1]["X-Generation"] == "2"

    def test_a_stranger_shows_in_the_numbers_also_when_it_goes_away(self, start: Start, get: Get) -> None:
        server = start()
        host, port = server.url.removeprefix("http://").split(":")
        with AdminClient(server.url, server.token) as admin:
            get(server, "/pages/0")
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(b"GET /pages/0?latency=5m HTTP/1.1\r\nHost: localhost\r\n\r\n")
                while admin.stats()["in_flight"] != 1:
                    pass
            while (stats := admin.stats())["in_flight"] != 0:
                pass
        assert (stats["requests_begun"], stats["requests"]) == (2, 1)

    def test_a_part_of_the_configuration_leaves_the_rest(self, start: Start, get: Get) -> None:
        server = start({"seed": 5})
        status, _, body = get(server, "/__admin/config", method="PUT", body='{"latency": "7ms"}')
        assert (status, json.loads(body)["seed"], json.loads(body)["latency"]["delay"]) == (200, 5, "7ms")
        assert json.loads(get(server, "/__admin/config")[2]) == json.loads(body)

    @pytest.mark.parametrize(
        ("body", "status", "sentence"),
        [
            ("nonsense", 400, "the body is not JSON"),
            ("[" * 100_000, 400, "the body is not JSON"),
            ("[]", 422, "a JSON object is needed"),
            ('{"latency": 40}', 422, "latency: 40 has no unit; write 40ms or 40s"),
            ('{"latncy": "40ms"}', 422, "latncy: unknown key; did you mean latency?"),
            ('{"content": {"kind": "folder", "path": "/nowhere"}}', 422, "/nowhere"),
            ('{"latency": {"kind": "empirical", "file": "/nowhere"}}', 422, "/nowhere: No such file"),
            ('{"content": {"kind": "folder", "path": "a\\u0000b"}}', 422, "U+0000"),
            ('{"content": {"kind": "folder", "path": "a\\udc80b"}}', 422, "in UTF-8"),
            ('{"latency": {"kind": "empirical", "file": "\\u0000"}}', 422, "U+0000"),
            ('{"latency": {"kind": "empirical", "file": "\\ud800"}}', 422, "in UTF-8"),
            ('{"\\u0000": 1}', 422, "U+0000"),
            ('{"latency": "\\ud800"}', 422, "in UTF-8"),
            ('{"latency": {"kind": "\\ud800"}}', 422, "latency"),
            ('{"content": {"kind": "folder", "path": "' + "x" * 5000 + '"}}', 422, "File name too long"),
            ('{"content": {"kind": "folder", "path": "/dev/null"}}', 422, "not a folder"),
            ('{"latency": {"kind": "empirical", "file": "/dev/zero"}}', 422, "not a regular file"),
            ('{"latency": {"kind": "empirical", "file": "/"}}', 422, "latency file /:"),
            ("\xff", 400, "the body is not JSON"),
            ('{"seed": NaN}', 422, "seed"),
            ('{"seed": 1' + "0" * 5000 + "}", 400, "the body is not JSON"),
            ('{"workers": 2}', 409, "workers: is 1 and cannot change while the server runs"),
            ('{"loop": "asyncio"}', 409, "loop: is uvloop and cannot change while the server runs"),
            ('{"seed": 1, "x": "' + "x" * (1 << 20) + '"}', 413, "at most 1 MiB"),
        ],
    )
    def test_a_bad_configuration_changes_nothing(
        self, shared: MockServer, get: Get, body: str, status: int, sentence: str
    ) -> None:
        before = get(shared, "/__admin/config")[2]
        found, _, answer = get(shared, "/__admin/config", method="PUT", body=body)
        assert (found, sentence in json.loads(answer)["error"]) == (status, True), answer
        assert get(shared, "/__admin/config")[2] == before

    def test_a_reset_starts_anew(self, start: Start, get: Get) -> None:
        server = start()
        get(server, "/pages/0")
        get(server, "/nothing")
        with AdminClient(server.url, server.token) as admin:
            admin.reset()
            stats = admin.stats()
            assert (stats["requests"], stats["errors"], stats["delay_error_s"]["p50"]) == (0, {}, None)
            assert admin.requests()["request_id"] == []
            assert get(server, "/pages/0")[1]["X-Request-Id"] == "0-1", "ids stay unique"

    def test_metrics(self, start: Start, get: Get) -> None:
        status, headers, body = get(start(), "/__admin/metrics")
        assert (status, headers["Content-Type"].startswith("text/plain")) == (200, True)
        assert b"mockserver_requests_total 0.0" in body

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"Host": "localhost:80"}, 200),
            ({"Host": "[::1]:80"}, 200),
            ({"Host": "evil.example"}, 403),
            ({"Host": "127.0.0.1.evil.example"}, 403),
            ({"Host": ""}, 403),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://["}, 403),
            ({"Origin": "http://]:x"}, 403),
            ({"Origin": ""}, 403),
            ({"Host": "["}, 403),
        ],
    )
    def test_no_web_page_may_use_it(
        self, unprotected: MockServer, get: Get, headers: dict[str, Any], status: int
    ) -> None:
        assert get(unprotected, "/__admin/reset", method="POST", **headers)[0] == status
        if "Host" in headers:
            for path in ("/pages/0", "/", "/nothing"):
                found = get(unprotected, path, **headers)[0]
                assert found == (status if status != 200 or path != "/nothing" else 404)

    def test_its_own_origin_may(self, unprotected: MockServer, get: Get) -> None:
        assert get(unprotected, "/__admin/reset", method="POST", Origin=unprotected.url)[0] == 200


def test_many_requests_over_one_connection(start: Start) -> None:
    server = start()
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    numbers = []
    for page in range(50):
        connection.request("GET", f"/pages/{page}")
        response = connection.getresponse()
        response.read()
        numbers.append(response.headers["X-Request-Id"])
    connection.close()
    assert numbers == [f"0-{n}" for n in range(50)]
