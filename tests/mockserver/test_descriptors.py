"""A server that has no file descriptors left, and says little about it."""

import errno
import http.client
import io
import logging
import os
import resource
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mockserver.logs import MOST_FROM_ONE_PLACE, BoundedHandler
from mockserver.process import MockServer
from mockserver.supervisor import _Dealing, _Worker

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux changes another process's limits")
@pytest.mark.parametrize(("workers", "loop"), [(1, "asyncio"), (1, "uvloop"), (2, "asyncio")])
def test_connections_wait_for_descriptors_and_are_taken_later(
    start: Start, get: Get, workers: int, loop: str
) -> None:
    server = start({"workers": workers, "loop": loop})
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    opened = {int(entry.name) for entry in Path(f"/proc/{server.pid}/fd").iterdir()}
    free = min(set(range(len(opened) + 1)) - opened)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (free + (2 if workers == 1 else 0), hard))
    with ExitStack() as waiting:
        for _ in range(20):
            connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
            waiting.callback(connection.close)
            connection.request("GET", "/pages/0")
        while not server.last_words():
            pass
    if workers > 1:  # the supervisor keeps no connection: only the system can give it room
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (hard, hard))
    assert get(server, "/pages/0")[0] == 200
    lines = server.last_words().splitlines()
    assert len(lines) <= MOST_FROM_ONE_PLACE + 1
    assert all(line.startswith("mockserver: ") for line in lines), lines


@pytest.mark.parametrize("number", [errno.ETOOMANYREFS, errno.ENOBUFS])
def test_what_cannot_be_handed_on_now_is_handed_on_later(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.send_fds
    failing = [OSError(number, "no room")]

    def send_fds(*arguments: Any) -> int:
        if failing:
            raise failing.pop()
        return real(*arguments)

    monkeypatch.setattr(socket, "send_fds", send_fds)
    handing, handed = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as listener, handing, handed:
        listener.setblocking(False)
        dealing = _Dealing([_Worker(os.getpid(), handing)], [listener])
        with socket.create_connection(listener.getsockname()):
            while not dealing.paused:
                dealing.deal()
            dealing.deal()
            assert not dealing.paused
            _, (descriptor,), _, _ = socket.recv_fds(handed, 1, 1)
            os.close(descriptor)


def test_one_place_writes_a_bounded_number_of_short_messages() -> None:
    out = io.StringIO()
    logger = logging.getLogger("bounded")
    logger.propagate = False
    logger.addHandler(BoundedHandler(out))
    for number in range(1_000):
        logger.warning("%d %s", number, "x" * 100_000)
    logger.warning("another place")
    text = out.getvalue()
    assert len(text) < MOST_FROM_ONE_PLACE * 5_000
    assert "no more messages like this one" in text
    assert text.endswith("another place\n")
