import socket
import threading
from collections.abc import Callable

import pytest

from mockserver.admin import AdminClient, AdminError, NotThisServerError
from mockserver.process import MockServer

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]


def test_a_token_protects_the_admin_side_and_only_that(start: Start, get: Get) -> None:
    server = start(token="sesame")
    assert get(server, "/pages/0")[0] == 200
    for headers in (
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "sesame"},
        {"Authorization": "Bearer é"},
    ):
        status, answer, body = get(server, "/__admin/stats", **headers)
        assert (status, answer["WWW-Authenticate"], b"needs its token" in body) == (401, "Bearer", True)
    assert get(server, "/__admin/stats", Authorization="Bearer sesame", Host="any.example")[0] == 200
    with AdminClient(server.url, token="sesame") as admin:
        assert admin.health()["workers"] == 1


def test_with_a_token_other_addresses_may_be_listened_on(start: Start, get: Get) -> None:
    server = start(host="0.0.0.0", token="sesame")  # noqa: S104 (for the length of this test, behind a token)
    assert server.url.startswith("http://127.0.0.1:")
    assert get(server, "/pages/0")[0] == 200


def test_a_token_in_the_environment_is_not_passed_on_by_accident(
    start: Start, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSERVER_TOKEN", "sesame")
    server = start()
    assert server.token != "sesame"
    assert get(server, "/__admin/stats", Authorization="Bearer sesame")[0] == 401


def test_a_server_that_a_program_starts_has_a_token_of_its_own(start: Start, get: Get) -> None:
    servers = [start(), start()]
    assert len({server.token for server in servers}) == 2
    for server in servers:
        assert len(server.token) > 30
        assert get(server, "/__admin/stats", Authorization="")[0] == 401
        assert get(server, "/__admin/stats")[0] == 200
        text = get(server, "/", Accept="*/*")[2].decode()
        assert f'curl -X PUT -H "Authorization: Bearer $MOCKSERVER_TOKEN" {server.url}/__admin/config' in text
        assert server.token not in text


def test_without_the_token_the_client_says_what_is_missing(start: Start) -> None:
    server = start(token="sesame")
    with (
        AdminClient(server.url) as admin,
        pytest.raises(AdminError, match="needs its token") as caught,
    ):
        admin.health()
    assert not isinstance(caught.value, NotThisServerError)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"server": "xyz"}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"220 mail.example ESMTP\r\n",
        b"",
    ],
)
def test_something_else_at_the_url_is_recognised(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_all() -> None:
            for _ in range(2):
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=answer_all, daemon=True)
        thread.start()
        with AdminClient(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=5) as admin:
            with pytest.raises(AdminError) as caught:
                admin.health()
            assert isinstance(caught.value, NotThisServerError) or not answer
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_nothing_at_the_url_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with AdminClient(url) as admin, pytest.raises(AdminError, match=r"cannot be reached: .*refused"):
        admin.stats()


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://x:port", "http://x/path"]
)
def test_a_bad_url_is_said_so(url: str) -> None:
    with pytest.raises(AdminError, match="is no URL"):
        AdminClient(url)


def test_a_client_connects_again_after_the_connection_was_closed(start: Start) -> None:
    server = start()
    with AdminClient(server.url, server.token) as admin:
        admin.stats()
        assert admin._connection.sock is not None
        admin._connection.sock.shutdown(socket.SHUT_RDWR)
        assert admin.stats()["requests"] == 0
