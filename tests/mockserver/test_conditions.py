"""What a server with a queue, a limit or faults does, seen from the other end of a socket and in its own log."""

import http.client
import math
import re
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import pytest

from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.fault_making import GARBAGE
from mockserver.faults import drawer
from mockserver.process import MockServer

MS = 1_000_000
PAGES = {"kind": "catalogue", "count": 5, "items": 2}
EVERY_KIND = [
    "status=503:10%",
    "reset:10%",
    "reset=body:10%",
    "empty:10%",
    "hang=10ms:10%",
    "truncated:10%",
    "malformed:10%",
    "malformed=chunk:10%",
    "slow_body=20ms:10%",
]


class Running(NamedTuple):
    """A server, and its admin side."""

    server: MockServer
    admin: AdminClient

    def set(self, **document: Any) -> ServerConfig:
        current = self.admin.config()
        config = ServerConfig.model_validate(
            {"content": PAGES, "workers": current.workers, "loop": current.loop, **document}
        )
        self.admin.configure(config)
        self.admin.reset()
        return config

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask until its numbers are as expected, for whoever has to wait for another process."""
        deadline_s = time.monotonic() + 10
        while not holds(stats := self.admin.stats()):
            assert time.monotonic() < deadline_s, stats
        return stats

    def rows(self) -> list[dict[str, Any]]:
        columns = {name: one for name, one in self.admin.requests().items() if isinstance(one, list)}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def connect(self) -> socket.socket:
        host, port = self.server.url.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), timeout=10)


@contextmanager
def running(**document: Any) -> Iterator[Running]:
    config = ServerConfig.model_validate({"content": PAGES, **document})
    with MockServer.start(config) as server, AdminClient(server.url, server.token) as admin:
        yield Running(server, admin)


@pytest.fixture(scope="module", params=["uvloop 1", "asyncio 3"])
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Both loops, and one worker and several."""
    loop, workers = request.param.split()
    with running(loop=loop, workers=int(workers)) as found:
        yield found


class Seen(NamedTuple):
    """All that came, and how the connection ended: `FIN`, `RST` or `kept`."""

    sent: bytes
    end: str

    @property
    def head(self) -> bytes:
        return self.sent.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        return self.sent.partition(b"\r\n\r\n")[2]

    @property
    def length(self) -> int:
        found = re.search(rb"Content-Length: ([0-9]+)", self.head)
        return int(found[1]) if found else -1


def ask(connection: socket.socket, page: int, *lines: str, method: str = "GET") -> None:
    headers = "".join(f"{line}\r\n" for line in ("Host: localhost", *lines))
    connection.sendall(f"{method} /pages/{page} HTTP/1.1\r\n{headers}\r\n".encode())


def hear(connection: socket.socket, method: str = "GET") -> Seen:
    """Read one answer: as long as it says that it is, or until the connection ends."""
    sent = b""
    while True:
        seen = Seen(sent, "kept")
        if b"\r\n\r\n" in sent and (method == "HEAD" or 0 <= seen.length <= len(seen.body)):
            return seen
        try:
            data = connection.recv(65536)
        except ConnectionResetError:
            return Seen(sent, "RST")
        if not data:
            return Seen(sent, "FIN")
        sent += data


def meet(running: Running, page: int, *lines: str, method: str = "GET") -> Seen:
    with running.connect() as connection:
        ask(connection, page, *lines, method=method)
        return hear(connection, method)


def named(seen: Seen) -> str:
    """Say which fault it was, from what came alserver."""
    if not seen.sent:
        return {"RST": "reset", "FIN": "empty"}[seen.end]
    if seen.sent == GARBAGE:
        return "malformed"
    if seen.head.startswith(b"HTTP/1.1 503"):
        return "status"
    if b"Transfer-Encoding: chunked" in seen.head:
        return "malformed=chunk"
    return {"RST": "reset=body", "FIN": "truncated", "kept": "page"}[seen.end]


def test_each_kind_is_on_the_wire_what_it_says(server: Running) -> None:
    page = meet(server, 1)
    server.set(faults=["status=503"], latency="5ms")
    seen = meet(server, 1)
    assert seen.head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert seen.body == b"Service Unavailable: page 1 was to meet this in attempt 1\n"
    assert (b"Retry-After" in seen.head, seen.end) == (False, "kept")
    server.set(faults=[{"kind": "status", "status": 429, "retry_after": "1.2s"}])
    assert b"\r\nRetry-After: 2\r\n" in meet(server, 1).head
    server.set(faults=["reset"])
    assert meet(server, 1) == Seen(b"", "RST")
    server.set(faults=["reset=body"])
    seen = meet(server, 1)
    assert (seen.length, seen.body, seen.end) == (page.length, page.body[: page.length // 2], "RST")
    server.set(faults=["empty"])
    assert meet(server, 1) == Seen(b"", "FIN")
    server.set(faults=["truncated"])
    seen = meet(server, 1)
    assert (seen.length, seen.body, seen.end) == (page.length, page.body[: page.length // 2], "FIN")
    server.set(faults=["malformed"])
    assert meet(server, 1) == Seen(GARBAGE, "FIN")
    server.set(faults=["malformed=chunk"])
    seen = meet(server, 1)
    assert seen.head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nTransfer-Encoding: chunked\r\n" in seen.head
    assert (seen.length, seen.body, seen.end) == (-1, GARBAGE, "FIN")
    server.set(faults=["hang=30ms"])
    start_s = time.monotonic()
    assert meet(server, 1) == Seen(b"", "FIN")
    assert time.monotonic() - start_s >= 0.03
    server.set(faults=["slow_body=60ms"])
    start_s = time.monotonic()
    seen = meet(server, 1)
    assert (seen.body, seen.end, time.monotonic() - start_s >= 0.06) == (page.body, "kept", True)


def read_with_http_client(url: str, path: str, context: ssl.SSLContext | None = None) -> bytes:
    place = url.partition("//")[2]
    connection = (
        http.client.HTTPConnection(place, timeout=10)
        if context is None
        else http.client.HTTPSConnection(place, timeout=10, context=context)
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def test_libraries_call_it_what_it_is(server: Running) -> None:
    """http.client stands for them all: what it raises is what people see."""
    errors = {
        "reset": ConnectionResetError,
        "reset=body": ConnectionResetError,
        "empty": http.client.RemoteDisconnected,
        "truncated": http.client.IncompleteRead,
        "malformed": http.client.BadStatusLine,
        "malformed=chunk": http.client.IncompleteRead,
    }
    for fault, error in errors.items():
        server.set(faults=[fault])
        with pytest.raises(error):
            read_with_http_client(server.server.url, "/pages/1")


def test_who_hangs_is_let_go_when_the_client_goes(server: Running) -> None:
    server.set(faults=["hang"], capacity=1)
    with server.connect() as connection:
        ask(connection, 1)
        stats = server.until(lambda stats: stats["faults"] == {"hang": 1})
        assert stats["in_flight"] == 1
        assert server.rows()[0]["last_byte_ns"] is None
        left_ns = time.monotonic_ns()
    stats = server.until(lambda stats: stats["in_flight"] == 0)
    assert (stats["requests"], stats["errors"], stats["delay_error_s"]["mean"]) == (1, {}, None)
    (row,) = server.rows()
    assert (row["fault"], row["status"], row["first_byte_ns"]) == ("hang", None, None)
    assert left_ns - MS < row["last_byte_ns"] < left_ns + 50 * MS
    server.set(capacity=1)
    assert named(meet(server, 1)) == "page"  # its place is free again


def test_every_fault_that_was_drawn_is_made_and_counted_and_no_other(server: Running) -> None:
    attempts, pages = (1, 2, 3), 150
    config = server.set(faults=EVERY_KIND, seed=5)
    asked = [(page, attempt) for attempt in attempts for page in range(pages)]
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda job: meet(server, job[0], f"X-Request-Id: {job[0]}-{job[1]}"), asked))
    drawn = drawer(config.faults, config.seed)
    made = {job: drawn(*job) for job in asked}
    wires = {job: named(answer) for job, answer in zip(asked, seen, strict=True)}
    for job, fault in made.items():
        kind = "page" if fault is None else fault.kind
        where = getattr(fault, "where", "")
        expected = f"{kind}={where}" if where in {"body", "chunk"} else kind
        # What hangs for a while only ends without a word; a slow page is whole.
        assert wires[job] == {"hang": "empty", "slow_body": "page"}.get(expected, expected), (job, fault)
    counts = Counter(fault.kind for fault in made.values() if fault is not None)
    stats = server.until(lambda stats: stats["in_flight"] == 0)
    assert stats["faults"] == dict(sorted(counts.items()))
    assert (stats["requests"], stats["requests_begun"]) == (len(asked), len(asked))
    assert (stats["errors"], stats["rate_limited"], stats["queue"]) == ({}, 0, None)
    rows = {(row["job"], row["attempt"]): row for row in server.rows()}
    assert {job: row["fault"] for job, row in rows.items()} == {
        job: None if fault is None else fault.kind for job, fault in made.items()
    }
    for job, row in rows.items():
        wire, hangs = wires[job], row["fault"] == "hang"
        status = {"reset": None, "empty": None, "malformed": None, "status": 503}.get(wire, 200)
        assert row["status"] == status
        assert (row["first_byte_ns"] is None, row["last_byte_ns"] is None) == (hangs, False)
        assert row["begun_ns"] == row["received_ns"]


def test_requests_that_do_not_say_their_attempt_are_counted(server: Running) -> None:
    server.set(faults=["sequence=503,reset,200"])
    for page in (3, 4):
        assert [named(meet(server, page)) for _ in range(4)] == ["status", "reset", "page", "page"]
    assert named(meet(server, 3, "X-Request-Id: 3-1")) == "status"
    assert sorted(row["attempt"] for row in server.rows()) == [1, 1, 1, 2, 2, 3, 3, 4, 4]
    server.admin.reset()
    assert named(meet(server, 3)) == "status"


def test_a_request_that_asks_for_it_meets_nothing(server: Running) -> None:
    server.set(faults=["reset"], capacity=1, rate_limit="1/h")
    for query in ("latency=0ms", "conditions=none", "latency=1ms&conditions=none"):
        with server.connect() as connection:
            connection.sendall(f"GET /pages/1?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert hear(connection).head.startswith(b"HTTP/1.1 200 OK\r\n")
    with server.connect() as connection:
        connection.sendall(b"GET /pages/1?conditions=some HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"conditions: 'some' is not one of all, none" in hear(connection).body


def test_headers_alone_meet_faults_too(server: Running) -> None:
    server.set(faults=["status=500"])
    seen = meet(server, 1, method="HEAD")
    assert (seen.head.startswith(b"HTTP/1.1 500 "), seen.body) == (True, b"")
    server.set(faults=["truncated"])
    assert meet(server, 1, method="HEAD").body == b""


def queue_ms(seen: Seen) -> float:
    found = re.search(rb"Server-Timing: queue;dur=([0-9.e-]+), intended;dur=", seen.head)
    assert found is not None
    return float(found[1])


def test_so_many_are_served_at_a_time_in_the_order_in_which_they_came(server: Running) -> None:
    server.set(capacity=2, latency="5m")
    with ExitStack() as stack:
        holders = [stack.enter_context(server.connect()) for _ in range(2)]
        for connection in holders:
            ask(connection, 0)
        server.until(lambda stats: stats["in_flight"] == 2)
        server.set(capacity=2, latency="30ms")
        connections = [stack.enter_context(server.connect()) for _ in range(8)]
        for page, connection in enumerate(connections):
            ask(connection, page)
        server.until(lambda stats: stats["queue"]["waiting"] == 8)
        for connection in holders:
            connection.close()
        seen = [hear(connection) for connection in connections]
    stats = server.until(lambda stats: stats["in_flight"] == 0)
    rows = sorted(server.rows(), key=lambda row: row["begun_ns"])
    assert len(rows) == 8
    begins, ends = ([row[name] for row in rows] for name in ("begun_ns", "last_byte_ns"))
    for moment in begins:
        begun = sum(begin <= moment for begin in begins)
        assert begun - sum(end <= moment for end in ends) <= 2
    # No place is left empty while somebody waits: one begins when another ends.
    assert len(set(begins[2:]) & set(ends)) == 6
    # Of two places that different workers give up at a time, either may be heard of first.
    ranks = [sorted(rows, key=lambda row: row["received_ns"]).index(row) for row in rows]
    assert all(abs(rank - place) <= 1 for place, rank in enumerate(ranks)), ranks
    for row in rows:
        assert row["first_byte_ns"] >= row["begun_ns"] + 30 * MS
        assert queue_ms(seen[row["page"]]) == pytest.approx((row["begun_ns"] - row["received_ns"]) / 1e6)
    waits_s = sorted((row["begun_ns"] - row["received_ns"]) / 1e9 for row in rows)
    assert stats["queue"]["wait_s"]["mean"] == pytest.approx(sum(waits_s) / 8)
    assert stats["queue"]["wait_s"]["max"] == waits_s[-1] > 0.09
    assert (stats["queue"]["waiting"], stats["queue"]["max"]) == (0, 8)
    errors_s = sorted((row["first_byte_ns"] - row["begun_ns"]) / 1e9 - 0.03 for row in rows)
    assert stats["delay_error_s"]["max"] == pytest.approx(errors_s[-1])  # waiting for a place is none


def test_a_client_that_goes_away_while_it_queues_takes_nobodys_place(server: Running) -> None:
    server.set(capacity=1, faults=[{"kind": "hang"}])
    with ExitStack() as stack:
        first, second, third = (stack.enter_context(server.connect()) for _ in range(3))
        ask(first, 0)
        server.until(lambda stats: stats["faults"] == {"hang": 1})
        for waiting, connection in enumerate((second, third), start=1):
            ask(connection, waiting)
            server.until(lambda stats, waiting=waiting: stats["queue"]["waiting"] == waiting)  # type: ignore[misc]
        second.close()
        server.until(lambda stats: stats["queue"]["waiting"] == 1)
        first.close()
        server.until(lambda stats: stats["faults"] == {"hang": 2} and stats["queue"]["waiting"] == 0)
        assert [row["page"] for row in server.rows() if row["page"]] == [2]
    stats = server.until(lambda stats: stats["in_flight"] == 0)
    assert stats["errors"] == {"499": 1}


def test_a_reset_and_another_configuration_in_mid_flight_lose_no_place(server: Running) -> None:
    server.set(capacity=1, faults=["hang"])
    with ExitStack() as stack:
        connections = [stack.enter_context(server.connect()) for _ in range(4)]
        for page, connection in enumerate(connections):
            ask(connection, page)
        server.until(lambda stats: stats["queue"]["waiting"] == 3)
        server.set(capacity=2, faults=["hang"])  # and with it a reset
        server.until(lambda stats: stats["queue"]["waiting"] == 2)
        assert server.admin.stats()["requests"] == 0  # what came before the reset is not counted
        server.set()
        server.until(lambda stats: stats["queue"] is None)
    server.until(lambda stats: stats["in_flight"] == 0)
    server.set(capacity=1)
    assert [named(meet(server, 1)) for _ in range(3)] == ["page"] * 3


def test_beyond_the_rate_limit_requests_are_refused_at_once(server: Running) -> None:
    server.set(rate_limit={"rate": "1/h", "burst": 5}, latency="20ms", faults=["empty:100%"])
    with ThreadPoolExecutor(12) as pool:
        seen = list(pool.map(lambda page: meet(server, page), range(12)))
    refused = [answer for answer in seen if answer.sent]
    assert len(refused) == 7
    for answer in refused:
        assert answer.head.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
        found = re.search(rb"\r\nRetry-After: ([0-9]+)\r\n", answer.head)
        assert found is not None
        assert 3590 < int(found[1]) <= 3600
        assert answer.end == "kept"
    stats = server.admin.stats()
    assert (stats["rate_limited"], stats["faults"], stats["requests"]) == (7, {"empty": 5}, 12)
    assert stats["errors"] == {}
    rows = [row for row in server.rows() if row["status"] == 429]
    assert [(row["fault"], row["intended_ns"]) for row in rows] == [(None, None)] * 7
    server.admin.reset()
    assert meet(server, 1) == Seen(b"", "FIN")


def test_what_is_let_in_never_exceeds_the_rate(server: Running) -> None:
    rate, burst = 100, 3
    server.set(rate_limit={"rate": f"{rate}/s", "burst": burst})
    until_s = time.monotonic() + 0.5

    def hammer(_: int) -> None:
        with server.connect() as connection:
            while time.monotonic() < until_s:
                ask(connection, 0)
                hear(connection)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(hammer, range(3)))
    let_in = sorted(row["received_ns"] for row in server.rows() if row["status"] == 200)
    assert len(let_in) >= 0.5 * rate * 0.8
    for start, since in enumerate(let_in):
        for number, until in enumerate(let_in[start:], start=1):
            assert number <= burst + math.ceil((until - since) * rate / 1e9)


def test_a_server_without_conditions_says_so_in_the_same_words(server: Running) -> None:
    server.set()
    meet(server, 2)
    (row,) = server.rows()
    assert (row["begun_ns"], row["fault"], row["status"]) == (row["received_ns"], None, 200)
    stats = server.admin.stats()
    assert (stats["faults"], stats["rate_limited"], stats["queue"]) == ({}, 0, None)


def test_the_index_tells_of_them(server: Running) -> None:
    server.set(capacity=2, rate_limit={"rate": "1/h", "burst": 1}, faults=["empty:100%"])
    assert meet(server, 1) == Seen(b"", "FIN")
    meet(server, 1)
    index = " ".join(read_with_http_client(server.server.url, "/").decode().split())
    assert "Capacity 2 at a time, the others queue Rate limit 1/h, 1 at once" in index
    assert "Faults empty 100%" in index
    assert "Rate limited 1 Faults 1" in index


def test_faults_are_the_same_above_tls(start: Callable[..., MockServer]) -> None:
    errors = {
        "reset": ConnectionResetError,
        "empty": http.client.RemoteDisconnected,
        "truncated": http.client.IncompleteRead,
        "malformed": http.client.BadStatusLine,
    }
    server = start({"tls": True, "faults": [f"sequence={','.join(errors)},200"]})
    context = ssl.create_default_context(cadata=server.authority)
    for error in errors.values():
        with pytest.raises(error):
            read_with_http_client(server.url, "/pages/1", context)
    assert len(read_with_http_client(server.url, "/pages/1", context)) > 0


@pytest.mark.truth
def test_a_rate_of_fifty_a_second_is_fifty_a_second(server: Running) -> None:
    rate, burst, lasts_s = 50, 10, 6.0
    server.set(rate_limit={"rate": f"{rate}/s", "burst": burst}, latency="5ms")
    until_s = time.monotonic() + lasts_s

    def hammer(_: int) -> None:
        with server.connect() as connection:
            while time.monotonic() < until_s:
                ask(connection, 0)
                hear(connection)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hammer, range(4)))
    let_in = [row["received_ns"] for row in server.rows() if row["status"] == 200]
    after_burst = sorted(let_in)[burst:]
    goodput = (len(after_burst) - 1) / (after_burst[-1] - after_burst[0]) * 1e9
    assert goodput == pytest.approx(rate, abs=1)
