import http.client
import os
import shlex
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple

import pytest

from mockserver import certificate
from mockserver.admin import AdminClient, AdminError
from mockserver.config import ServerConfig
from mockserver.process import MockServer, ServerStartError

Start = Callable[..., MockServer]

ANY = "0.0.0.0"  # noqa: S104 (only named)
WAYS = [("asyncio", 1), ("uvloop", 2)]
COMMAND = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--count", "2", "--items", "1"]
RESET = 7
"""The state of a connection after RST, in tcp_info."""
LARGE = 12_000_000
"""More bytes than two sockets take while nobody reads."""
GREETING = 5
"""Lines of it that are looked at."""
REQUEST = b"GET /pages/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"


def trusting(server: MockServer) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=server.authority)


def place(server: MockServer) -> tuple[str, int]:
    host, _, port = server.url.removeprefix("https://").rpartition(":")
    return host.strip("[]"), int(port)


def connect(server: MockServer, name: str = "localhost") -> ssl.SSLSocket:
    raw = socket.create_connection(place(server), timeout=20)
    try:
        return trusting(server).wrap_socket(raw, server_hostname=name)
    except BaseException:
        raw.close()
        raise


def fetch(server: MockServer, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPSConnection(*place(server), context=trusting(server), timeout=20)) as client:
        client.request("GET", path)
        response = client.getresponse()
        return response.status, response.read()


def response(client: ssl.SSLSocket, begun: bytes = b"") -> bytes:
    """Return the body of a response of which this much has been received."""
    while b"\r\n\r\n" not in begun:
        begun += client.recv(65536)
    head, _, body = begun.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    left = int(head.partition(b"Content-Length: ")[2].split()[0]) - len(body)
    pieces = [body]
    while left:
        pieces.append(client.recv(65536))
        assert pieces[-1], left
        left -= len(pieces[-1])
    return b"".join(pieces)


class Secured(NamedTuple):
    """A server that a person has started, and the file that it has written."""

    greeting: str
    process: "subprocess.Popen[str]"
    authority: Path

    @property
    def place(self) -> tuple[str, int]:
        host, port = self.greeting.split()[2].removeprefix("https://").split(":")
        return host, int(port)


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Callable[..., Secured]]:
    """Runs the command as a person does."""
    running: list[subprocess.Popen[str]] = []

    def serve(*options: str, authority: Path = tmp_path / "authority.pem") -> Secured:
        process = subprocess.Popen(
            [*COMMAND, "--tls", "--tls-ca", str(authority), *options], stdout=PIPE, stderr=PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        greeting = [line for line, _ in zip(lines, range(GREETING), strict=False)]
        return Secured("".join(greeting), process, authority)

    yield serve
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def either(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """One server on each loop for all tests that leave its configuration as it is."""
    content = {"kind": "catalogue", "count": 2, "items": 1}
    config = {"tls": True, "loop": request.param, "latency": "50ms", "content": content}
    with MockServer.start(ServerConfig.model_validate(config)) as running:
        yield running


@pytest.mark.parametrize(("loop", "workers"), WAYS)
def test_who_knows_its_authority_is_served_and_nobody_else(start: Start, loop: str, workers: int) -> None:
    server = start({"tls": True, "loop": loop, "workers": workers, "latency": "2ms"})
    assert server.url.startswith("https://127.0.0.1:")
    assert [fetch(server, f"/pages/{page}")[0] for page in range(4)] == [200] * 4
    with AdminClient(server.url, server.token, authority=server.authority) as admin:
        # A client that knows other authorities, one that speaks no TLS, one that says half a word, one that says none.
        with (
            AdminClient(server.url, server.token) as stranger,
            pytest.raises(AdminError, match="not trusted here"),
        ):
            stranger.health()
        with closing(http.client.HTTPConnection(*place(server), timeout=20)) as plain:
            plain.request("GET", "/pages/0")
            with pytest.raises((http.client.BadStatusLine, ConnectionError)):
                plain.getresponse()
        with (
            AdminClient(server.url.replace("https:", "http:"), server.token) as other,
            pytest.raises(AdminError, match="if it speaks TLS, write https:"),
        ):
            other.health()
        for words in (b"\x16\x03\x01", b""):
            with socket.create_connection(place(server), timeout=20) as silent:
                silent.sendall(words)
        assert (admin.stats()["requests"], admin.stats()["errors"]) == (4, {})
    server.stop()
    assert server.last_words() == ""


def test_its_certificate_has_the_names_of_this_machine_only(either: MockServer) -> None:
    for name in ("127.0.0.1", "::1", "localhost"):
        connect(either, name).close()
    with pytest.raises(ssl.SSLCertVerificationError, match=r"doesn't match|not valid for"):
        connect(either, "shop.example")


def test_its_host_is_one_of_the_names(start: Start) -> None:
    try:
        server = start({"tls": True}, host="::1")
    except ServerStartError:
        pytest.skip("this machine has no IPv6")
    assert fetch(server, "/pages/0")[0] == 200


@pytest.mark.parametrize(
    ("host", "more"), [("127.0.0.1", ()), (ANY, ("shop",)), ("", ("shop",)), ("a.b", ("a.b",))]
)
def test_what_a_host_is_called(host: str, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "shop")
    assert certificate._more_names(host) == more


@pytest.mark.parametrize(("loop", "workers"), WAYS)
def test_a_session_is_resumed_with_any_worker(start: Start, loop: str, workers: int) -> None:
    server = start({"tls": True, "loop": loop, "workers": workers})
    context = trusting(server)
    session: ssl.SSLSession | None = None
    reused = []
    for _ in range(3):
        raw = socket.create_connection(place(server), timeout=20)
        with context.wrap_socket(raw, server_hostname="127.0.0.1", session=session) as client:
            client.sendall(REQUEST)
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            reused.append(client.session_reused)
            session = session or client.session
    assert reused == [False, True, True]


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_the_last_byte_is_stamped_when_it_has_been_handed_over(
    start: Start, loop: str, tmp_path: Path
) -> None:
    (tmp_path / "large.html").write_bytes(b"<p>" + bytes(LARGE))
    content = {"kind": "folder", "path": str(tmp_path)}
    server = start({"tls": True, "loop": loop, "content": content})
    with (
        connect(server) as client,
        AdminClient(server.url, server.token, authority=server.authority) as admin,
    ):
        client.sendall(REQUEST)
        first = client.recv(1)
        assert admin.stats()["in_flight"] == 1
        began_ns = time.monotonic_ns()
        assert len(response(client, first)) == 3 + LARGE
        while not (requests := admin.requests())["last_byte_ns"]:
            pass
    assert requests["received_ns"][0] <= requests["first_byte_ns"][0] < began_ns < requests["last_byte_ns"][0]


def test_a_client_may_close_its_side_and_wait_for_the_answer(either: MockServer) -> None:
    with connect(either) as client:
        client.sendall(REQUEST)
        with socket.socket(fileno=os.dup(client.fileno())) as side:
            side.shutdown(socket.SHUT_WR)
        assert response(client) == fetch(either, "/pages/1")[1]
        assert client.recv(1) == b""


def test_a_lease_ends_with_its_connection(either: MockServer) -> None:
    with AdminClient(either.url, either.token, authority=either.authority) as admin:
        with AdminClient(either.url, either.token, authority=either.authority) as holder:
            holder.hold("a test")
            with pytest.raises(AdminError, match="a test"):
                admin.reset()
        while admin._ask("GET", "lease")["holder"] is not None:
            pass
        admin.reset()


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="needs TCP_INFO")
@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ({"kind": "reset", "where": "headers"}, "reset"),
        ({"kind": "reset", "where": "body"}, "reset"),
        ({"kind": "truncated"}, "cut"),
        ({"kind": "empty"}, "nothing"),
    ],
)
def test_faults_are_what_they_are_without_tls(either: MockServer, fault: dict[str, str], what: str) -> None:
    with AdminClient(either.url, either.token, authority=either.authority) as admin:
        before = admin.config()
        changed = {**before.model_dump(mode="json", by_alias=True), "faults": [{**fault, "share": "100%"}]}
        admin.configure(ServerConfig.model_validate(changed))
        try:
            with connect(either) as client:
                client.sendall(REQUEST)
                came = b""
                with suppress(ConnectionResetError):  # CPython's ssl may take it for an end
                    came = b"".join(iter(lambda: client.recv(65536), b""))
                state = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            assert (state == RESET) == (what == "reset")
            head, _, body = came.partition(b"\r\n\r\n")
            if what == "nothing":
                assert came == b""
            if what == "cut":
                announced = int(head.partition(b"Content-Length: ")[2].split()[0])
                assert 0 < len(body) < announced
        finally:
            admin.configure(before)


def test_tls_cannot_change_while_it_runs(either: MockServer) -> None:
    with AdminClient(either.url, either.token, authority=either.authority) as admin:
        with pytest.raises(AdminError, match=r"tls: is True and cannot change.*--no-tls"):
            admin.configure(admin.config().model_copy(update={"tls": False}))
        assert admin.config().tls


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_quietly_whatever_its_connections_are_at(
    secured: Callable[..., Secured], number: signal.Signals, code: int
) -> None:
    served = secured("--latency", "5m")
    host, port = served.place
    context = ssl.create_default_context(cafile=served.authority)
    with (
        socket.create_connection((host, port), timeout=20) as shaking,
        context.wrap_socket(
            socket.create_connection((host, port), timeout=20), server_hostname=host
        ) as waiting,
    ):
        shaking.sendall(b"\x16")
        waiting.sendall(REQUEST)
        served.process.send_signal(number)
        _, errors = served.process.communicate(timeout=10)
    assert (served.process.returncode, errors) == (code, "")


def test_what_people_are_told_and_the_file_that_is_written_are_enough_for_curl(
    secured: Callable[..., Secured], tmp_path: Path
) -> None:
    served = secured(authority=tmp_path / "my authority.pem")
    text = served.authority.read_text(encoding="ascii")
    assert text.count("BEGIN CERTIFICATE") == 1
    assert "PRIVATE" not in text
    (line,) = [line for line in served.greeting.splitlines() if line.startswith("Get a page")]
    command = shlex.split(line.removeprefix("Get a page"))
    assert command[:4] == ["curl", "-i", "--cacert", str(served.authority)]
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--tls-ca", "ca.pem"], "there is no certificate without TLS; add --tls"),
        (["--tls", "--tls-ca", "no/such/folder/ca.pem"], "--tls-ca no/such/folder/ca.pem: No such file"),
        (
            ["--tls", "--workers", "2", "--tls-ca", "no/such/folder/ca.pem"],
            "--tls-ca no/such/folder/ca.pem: No such",
        ),
    ],
)
def test_a_file_that_cannot_be_written_is_a_sentence(options: list[str], words: str, tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_in_no_file_once_it_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with certificate._as_file(b"a key") as in_memory:
        assert Path(in_memory).read_bytes() == b"a key"
        assert list(tmp_path.iterdir()) == []
    monkeypatch.delattr(os, "memfd_create", raising=False)
    with certificate._as_file(b"a key") as file:
        path = Path(file)
        assert path.read_bytes() == b"a key"
        assert [stat.S_IMODE(made.stat().st_mode) for made in (path, path.parent)] == [0o600, 0o700]
        assert path.parent.parent == tmp_path
    assert list(tmp_path.iterdir()) == []
