import http.client
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from subprocess import PIPE
from typing import Any, NamedTuple

import pytest

from mockserver.config import ServerConfig
from mockserver.process import MockServer

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]


COMMAND = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]

SMALL = {"content": {"kind": "catalogue", "count": 5, "items": 2}}


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts real servers, with a small catalogue unless told otherwise; stops them after the test."""
    with ExitStack() as running:

        def start_one(document: dict[str, Any] | None = None, **options: Any) -> MockServer:
            config = ServerConfig.model_validate(SMALL | (document or {}))
            return running.enter_context(MockServer.start(config, **options))

        yield start_one


@pytest.fixture(scope="module")
def shared() -> Iterator[MockServer]:
    """One server for all tests that leave its configuration as it is; what it counted before is its own business."""
    with MockServer.start(ServerConfig.model_validate(SMALL | {"loop": "uvloop"})) as running:
        yield running


class Unprotected(NamedTuple):
    """A server without a token."""

    url: str
    process: "subprocess.Popen[str]"
    token: str = ""


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., Unprotected]]:
    """Runs the command as a person does."""
    running: list[subprocess.Popen[str]] = []

    def serve_one(*options: str) -> Unprotected:
        content = [] if "--pages-from" in options else ["--count", "2", "--items", "1"]
        process = subprocess.Popen([*COMMAND, *content, *options], stdout=PIPE, stderr=PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("Mock server: http://"), first
        return Unprotected(first.split()[-1], process)

    yield serve_one
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def unprotected(serve: Callable[..., Unprotected]) -> Unprotected:
    """One server without a token for all tests that leave its configuration as it is."""
    return serve()


@pytest.fixture
def get() -> Get:
    """One request on a connection of its own: (status, headers, body); with the token for the admin side."""

    def get_one(
        server: MockServer | Unprotected,
        path: str,
        *,
        method: str = "GET",
        body: str | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
        try:
            sent = {key.replace("_", "-"): text for key, text in headers.items()}
            if path.startswith("/__admin/"):
                sent.setdefault("Authorization", f"Bearer {server.token}")
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()

    return get_one
