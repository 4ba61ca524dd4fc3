import asyncio
import http.client
import json
import os
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from mockserver import supervisor
from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.process import MockServer
from mockserver.team import Team, WorkerFailedError, WorkerUnreachableError

Start = Callable[..., MockServer]


def connect(server: MockServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)


def fetch(connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_connections_are_dealt_out_evenly_and_numbers_merged(start: Start, loop: str) -> None:
    server = start({"workers": 3, "loop": loop, "latency": "2ms"})
    with ExitStack() as stack:
        connections = [connect(server) for _ in range(6)]
        for connection in connections:
            stack.callback(connection.close)
            fetch(connection, "/pages/0")
        for _ in range(4):
            ids = [fetch(connection, "/pages/1").headers["X-Request-Id"] for connection in connections]
            assert sorted(request_id[0] for request_id in ids) == ["0", "0", "1", "1", "2", "2"]
        admin = stack.enter_context(AdminClient(server.url, server.token))
        stats = admin.stats()
        requests = admin.requests()
    assert stats["requests"] == 30
    assert [worker["requests"] for worker in stats["workers"]] == [10, 10, 10]
    assert tuple(worker["pid"] for worker in stats["workers"]) == server.pids
    assert stats["connections_open"] == 7
    assert len(set(requests["request_id"])) == 30
    errors_s = sorted(
        (first - received - intended) / 1e9
        for first, received, intended in zip(
            requests["first_byte_ns"], requests["received_ns"], requests["intended_ns"], strict=True
        )
    )
    assert stats["delay_error_s"]["p50"] == errors_s[14]
    assert stats["delay_error_s"]["max"] == errors_s[-1]


def test_a_configuration_and_a_reset_reach_every_worker_through_any(start: Start) -> None:
    server = start({"workers": 3})
    # Each admin client lands on another worker.
    for generation, latency in enumerate(("1ms", "2ms", "3ms", "4ms"), start=1):
        with AdminClient(server.url, server.token) as admin:
            assert generation == admin.configure(
                ServerConfig.model_validate(
                    {
                        "workers": 3,
                        "latency": latency,
                        "content": {"kind": "catalogue", "count": 2, "items": 1},
                    }
                )
            )
            admin.reset()
        with ExitStack() as stack:
            for _ in range(3):
                connection = connect(server)
                stack.callback(connection.close)
                assert (
                    fetch(connection, "/pages/0")
                    .headers["Server-Timing"]
                    .startswith(f"intended;dur={latency[0]},")
                )
        with AdminClient(server.url, server.token) as admin:
            stats = admin.stats()
            assert (stats["requests"], stats["requests_begun"], stats["generation"]) == (3, 3, generation)
            assert admin.requests()["generation"] == generation
            assert admin.health()["pids"] == list(server.pids)


def test_a_refusal_comes_from_any_worker(start: Start) -> None:
    server = start({"workers": 2})
    for _ in range(2):
        connection = connect(server)
        known = {"Authorization": f"Bearer {server.token}"}
        connection.request("PUT", "/__admin/config", '{"workers": 1}', known)
        response = connection.getresponse()
        assert (
            response.status,
            "cannot change while the server runs" in json.loads(response.read())["error"],
        ) == (
            409,
            True,
        )
        connection.close()


def test_the_delay_of_a_page_is_the_same_on_every_worker(start: Start) -> None:
    latency = {"kind": "uniform", "low": "0ms", "high": "5ms"}
    intended: list[Any] = []
    for workers in (1, 2):
        server = start({"workers": workers, "latency": latency, "seed": 4})
        for _ in range(2):
            connection = connect(server)
            for page in range(5):
                fetch(connection, f"/pages/{page}")
            connection.close()
        with AdminClient(server.url, server.token) as admin:
            requests = admin.requests()
        intended.append(set(zip(requests["page"], requests["intended_ns"], strict=True)))
    assert intended[0] == intended[1]
    assert len(intended[0]) == 5


async def test_a_team_asks_everyone_and_passes_failures_on() -> None:
    async def double(number: int) -> int:
        return 2 * number

    async def fail(_argument: object) -> None:
        raise ValueError("no")

    leading, following = socket.socketpair()
    leader, follower = Team({"double": double, "fail": fail}), Team({"double": double, "fail": fail})
    await asyncio.gather(leader.join(None, [leading]), follower.join(following, []))
    assert await leader.ask_everyone("double", 4) == [8, 8]
    assert await follower.ask_leader("double", 5) == 10
    with pytest.raises(WorkerFailedError, match="ValueError: no"):
        await follower.ask_leader("fail")
    follower.leave()
    with pytest.raises(WorkerUnreachableError):
        await leader.ask_everyone("double", 1)
    leader.leave()


def test_a_system_without_waitid_says_less_of_a_worker_that_died(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "waitid")  # macOS before Python 3.13
    ours, theirs = socket.socketpair()
    with ours, theirs:
        said = supervisor._obituary(supervisor._Worker(1, ours))
    assert said == "worker 1 closed its line; the whole server ends"
