"""A server that somebody else has started is one run's alone, and gets its configuration back."""

import pytest

from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.process import MockServer
from simulator.runner.servers import ServerError, Servers


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
