"""A server that somebody else has started is one run's alone, and gets its configuration back."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.admin import AdminClient, AdminError
from mockserver.config import ServerConfig
from mockserver.process import MockServer
from simulator.runner.servers import Server, ServerError, ServerLacksError, Servers


def test_a_second_run_on_a_borrowed_server_is_refused_until_the_first_has_ended() -> None:
    before = ServerConfig.model_validate({"latency": "7ms", "seed": 99})
    with MockServer.start(before) as borrowed, AdminClient(borrowed.url, borrowed.token) as admin:
        with Servers(borrowed.url, borrowed.token) as first:
            first.serving(ServerConfig.model_validate({"latency": "1ms"}))
            with (
                pytest.raises(ServerError, match=r"simulator \(process \d+\) holds this server since"),
                Servers(borrowed.url, borrowed.token),
            ):
                pass
            assert admin.config().latency != before.latency
        assert admin.config() == before
        # The end of a connection is seen a moment after it: ask until it has been.
        while admin._ask("GET", "lease")["holder"] is not None:
            pass
        with Servers(borrowed.url, borrowed.token):
            pass


class _Admin:
    """The admin side of a server that somebody else has started."""

    def __init__(self, **health: Any) -> None:
        self._health, self.encoding = {"pids": [], **health}, ""

    def health(self) -> dict[str, Any]:
        return self._health

    def generation(self) -> int:
        return 0

    def configure(self, config: ServerConfig) -> int:
        self.encoding = config.encoding
        return 0


def _asked(admin: Any, encoding: str) -> None:
    Server("http://127.0.0.1:1", admin, None).configure(ServerConfig.model_validate({"encoding": encoding}))


def test_a_server_without_a_library_serves_what_it_can() -> None:
    admin = _Admin(encodings=["identity", "gzip"])
    with pytest.raises(
        ServerLacksError, match=r"127\.0\.0\.1:1 has no library for br; .* choose identity or gzip"
    ):
        _asked(admin, "br")
    _asked(admin, "gzip")
    assert admin.encoding == "gzip"


def test_an_older_server_is_asked_for_what_it_does_not_say_that_it_has() -> None:
    admin = _Admin()
    _asked(admin, "br")
    assert admin.encoding == "br"


def test_a_server_that_does_not_answer_is_not_given_the_time_to_build_pages() -> None:
    class Frozen(_Admin):
        def generation(self) -> int:
            raise AdminError("it cannot be reached: timed out")

    with pytest.raises(ServerError, match="timed out"):
        _asked(Frozen(), "gzip")


@pytest.mark.parametrize("ask", [AdminClient.stats, AdminClient.reset, AdminClient.generation])
def test_only_lists_of_requests_are_waited_for(ask: Callable[[AdminClient], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        url = f"http://127.0.0.1:{frozen.getsockname()[1]}"
        with AdminClient(url, timeout_s=0.05) as admin, pytest.raises(AdminError, match="timed out"):
            ask(admin)
