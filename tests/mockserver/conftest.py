import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mockserver.config import ServerConfig
from mockserver.process import MockServer

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]


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


@pytest.fixture
def get() -> Get:
    """One request on a connection of its own: (status, headers, body)."""

    def get_one(
        server: MockServer, path: str, *, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
        try:
            connection.request(
                method, path, body, {key.replace("_", "-"): text for key, text in headers.items()}
            )
            response = connection.getresponse()
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()

    return get_one
