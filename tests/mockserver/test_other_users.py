"""What another user of this machine can do to a server of one's own."""

import contextlib
import http.client
import json
import os
import pwd
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.process import MockServer

Start = Callable[..., MockServer]

REFUSED = -1
SECRET = "-----FIRST LINE OF A PRIVATE KEY abcdefg"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that is its owner's alone."""
    folder = tmp_path / "home"
    (folder / ".docker").mkdir(parents=True)
    (folder / ".docker" / "config.json").write_text(f'{{"auth": "{SECRET}"}}')
    (folder / "notes.json").write_text(f'{{"note": "{SECRET}"}}')
    (folder / "id_key").write_text(f"{SECRET}\n")
    (folder / "pages").mkdir()
    (folder / "pages" / "a.html").write_text("<p>page")
    (folder / "pages" / ".hidden").mkdir()
    (folder / "pages" / ".hidden" / "b.html").write_text(SECRET)
    (folder / "pages" / ".c.html").write_text(SECRET)
    (folder / "pages" / "d.html").symlink_to(".hidden/b.html")
    folder.chmod(0o700)
    return folder


def as_nobody(
    url: str, requests: Sequence[tuple[str, str, Any]], pids: Sequence[int]
) -> list[tuple[int, str]]:
    """Send requests as a user without any rights; give the answers, and first what it sees of the processes."""
    nobody = pwd.getpwnam("nobody")
    # What a first request imports: the child may not be able to read where this Python is installed.
    with contextlib.closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)) as first:
        first.request("GET", "/")
        first.getresponse().read()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # the child does nothing that threads could have locked
        child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            seen = [(0, Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")) for pid in pids]
            connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
            for method, path, document in requests:
                try:
                    connection.request(method, path, None if document is None else json.dumps(document))
                    response = connection.getresponse()
                    seen.append((response.status, response.read().decode()))
                except ConnectionError:
                    connection.close()
                    seen.append((REFUSED, ""))
            os.write(writing, json.dumps(seen).encode())
        except BaseException as error:  # noqa: BLE001 (told to the test)
            os.write(writing, json.dumps(f"the child failed: {error!r}").encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    seen = json.loads(text)
    assert isinstance(seen, list), seen
    return [(status, text) for status, text in seen]


ATTACKS = ("", "/pages", "/.docker", "/notes.json", "/id_key", "/pages/../id_key", "/nothing")


def attacks(home: Path) -> Iterator[tuple[str, str, Any]]:
    for below in ATTACKS:
        path = f"{home}{below}"
        yield "PUT", "/__admin/config", {"content": {"kind": "folder", "path": path}}
        yield "PUT", "/__admin/config", {"latency": {"kind": "empirical", "file": path}}
    yield "PUT", "/__admin/config", {"latency": {"kind": "empirical", "file": "/proc/self/environ"}}
    yield "POST", "/__admin/reset", None
    yield "POST", "/__admin/lease", {"program": "me"}
    for path in ("/.docker/config.json", "/notes.json", "/.hidden/b.html", "/d.html", "/.c.html"):
        yield "GET", path, None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may become another user")
def test_a_server_that_the_program_starts_obeys_nobody_else(start: Start, home: Path) -> None:
    server = start({"content": {"kind": "folder", "path": str(home / "pages")}, "latency": "3ms"})
    pids = (*server.pids, server.pid)
    seen = as_nobody(server.url, (*attacks(home), ("GET", "/pages/0", None), ("GET", "/a.html", None)), pids)
    for status, text in seen[: len(pids)]:
        assert (status, server.token in text) == (0, False)
    assert {status for status, _ in seen[len(pids) :]} == {REFUSED}
    with AdminClient(server.url, server.token) as admin:
        assert admin.stats()["generation"] == 0
        assert admin.stats()["content"]["pages"] == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may become another user")
def test_a_server_without_a_token_reads_nothing_that_was_not_named(
    serve: Callable[..., Any], home: Path
) -> None:
    server = serve("--seed", "1")
    lease = AdminClient(server.url)
    before = lease.config()
    lease.hold("a run")
    answers = as_nobody(server.url, tuple(attacks(home)), ())
    assert not any(SECRET[:10] in text or "environ" in text for _, text in answers)
    assert {status for status, _ in answers} == {409, 404}, "a run that holds the server is not falsified"
    assert (lease.config(), lease.stats()["generation"]) == (before, 0)
    lease.close()
    while (
        json.loads(as_nobody(server.url, [("GET", "/__admin/lease", None)], ())[0][1])["holder"] is not None
    ):
        pass
    answers = as_nobody(server.url, [attack for attack in attacks(home) if attack[1].endswith("config")], ())
    assert {status for status, _ in answers} == {403}
    assert len({text.partition(":")[2] for _, text in answers}) == 2, "whether it exists is nobody's business"
    with AdminClient(server.url) as admin:
        assert admin.config() == before


def test_what_the_command_line_names_may_be_named_again(
    serve: Callable[..., Any], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "delays.txt").write_text("3ms\nsecret\n")
    (home / "more").mkdir()
    (home / "more" / "x.html").write_text("<p>x")
    (home / "pages" / "out").symlink_to(home / "more")
    server = serve("--pages-from", str(home / "pages"), "--root", str(tmp_path / "delays.txt"))
    admin = AdminClient(server.url)

    def put(**document: Any) -> tuple[int, str]:
        admin._connection.request("PUT", "/__admin/config", json.dumps(document))
        response = admin._connection.getresponse()
        return response.status, response.read().decode()

    assert put(latency="4ms")[0] == 200
    assert put(content={"kind": "folder", "path": str(home / "pages" / "..")})[0] == 403
    assert put(content={"kind": "folder", "path": str(home / "pages" / "out")})[0] == 403
    status, text = put(latency={"kind": "empirical", "file": str(tmp_path / "delays.txt")})
    assert (status, "line 2 is no delay" in text, "secret" in text) == (422, True, False)
    (tmp_path / "delays.txt").write_text("3ms\n")
    assert put(latency={"kind": "empirical", "file": str(tmp_path / "delays.txt")})[0] == 200
    assert (
        admin.config().latency
        == ServerConfig.model_validate(
            {"latency": {"kind": "empirical", "file": str(tmp_path / "delays.txt")}}
        ).latency
    )
    assert admin.stats()["content"]["pages"] == 1
    admin.close()
