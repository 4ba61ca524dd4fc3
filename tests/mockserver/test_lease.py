import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from mockserver.admin import AdminClient, AdminError
from mockserver.config import ServerConfig
from mockserver.lease import Lease
from mockserver.process import MockServer

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]

HOLDER = """
import sys
from mockserver.admin import AdminClient
admin = AdminClient(sys.argv[1], sys.argv[2])
admin.hold("first")
print("held", flush=True)
sys.stdin.read()
"""


def client(server: MockServer) -> AdminClient:
    return AdminClient(server.url, server.token, timeout_s=60)


def hold_when_free(admin: AdminClient, program: str) -> None:
    """Ask until the server has seen that the one before has ended."""
    while True:
        try:
            admin.hold(program)
        except AdminError as error:
            assert "holds this server" in str(error)  # noqa: PT017 (asked again)
        else:
            return


@pytest.mark.parametrize("workers", [1, 2])
def test_only_the_holder_changes_a_server_until_it_ends(start: Start, get: Get, workers: int) -> None:
    server = start({"workers": workers})
    with client(server) as first, client(server) as second:
        before = first.config()
        first.hold("first")
        for ask in (lambda: second.hold("second"), lambda: second.configure(before), second.reset):
            with pytest.raises(
                AdminError, match=rf"first \(process {os.getpid()}\) holds this server since \d{{4}}-"
            ):
                ask()
        status, _, body = get(server, "/__admin/config", method="PUT", body='{"latency": "9ms"}')
        assert (status, "wait until it has ended" in json.loads(body)["error"]) == (409, True)
        assert get(server, "/__admin/config", method="PUT", body="{}", X_Lease="guessed")[0] == 409
        assert (second.config(), second.stats()["generation"]) == (before, 0)
        assert json.loads(get(server, "/__admin/lease")[2])["holder"]["program"] == "first"
        first.reset()
        assert first.configure(before) == 1
        first.close()
        hold_when_free(second, "second")
        second.reset()
    assert get(server, "/pages/0")[0] == 200


def test_a_killed_holder_holds_nothing(start: Start) -> None:
    server = start()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, server.url, server.token],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with client(server) as second:
        with pytest.raises(AdminError, match=rf"first \(process {holder.pid}\)"):
            second.hold("second")
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
        hold_when_free(second, "second")
        assert second.configure(ServerConfig.model_validate({"latency": "1ms"})) == 1


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"program": ""},
        {"program": "a\nb"},
        {"program": "a", "pid": "4"},
        {"program": "a", "pid": 0},
    ],
)
def test_who_asks_says_who_it_is(document: object) -> None:
    with pytest.raises(ValueError, match=r"say who you are|pid: a whole number"):
        Lease.asked(document)


def test_who_holds_it_is_told_without_the_secret() -> None:
    lease = Lease.asked({"program": "x" * 1_000})
    assert lease.secret not in json.dumps(lease.holder())
    assert len(lease.refusal()) < 300
