"""Whose clients and TLS contexts are."""

import ssl
from collections.abc import Callable, Mapping
from typing import Any

import certifi
import pytest

from simulator.driver.clients import Response, Settings
from simulator.driver.shared.blocking import opening_together
from simulator.driver.shared.failure import Failure
from simulator.driver.spec import Spec
from simulator.driver.strategies.connections import opener
from tests.simulator.driver.jobs import spec

TLS = {"ca_file": certifi.where()}


class Library:
    """Remembers the clients that were made of it."""

    def __init__(self) -> None:
        self.made: list[Client] = []

    def __call__(self, settings: Settings) -> "Client":
        self.made.append(Client(settings))
        return self.made[-1]


class Client:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.closed = 0

    def fetch(self, _url: str, _headers: Mapping[str, str] | None = None) -> Response:
        assert not self.closed
        return 200, {}, b""

    def close(self) -> None:
        self.closed += 1


def job(**changes: Any) -> Spec:
    return spec(None, client="urllib3", **changes)


def opened(made: Spec, width: int = 3, name: str = "urllib3") -> tuple[Library, Callable[[], Any]]:
    library = Library()
    return library, opener(made, library, name, "blocking", width)


def test_each_worker_has_a_client_with_one_connection() -> None:
    library, open_ = opened(job(accept_encoding="gzip", timeout_s=2.0))
    assert open_() is not open_()
    assert {one.settings for one in library.made} == {Settings("http://127.0.0.1:1", "gzip", 2.0)}


def test_a_shared_client_has_a_connection_for_each_and_is_closed_by_the_last() -> None:
    library, open_ = opened(job(connections="shared"))
    workers = [open_() for _ in range(3)]
    (client,) = library.made
    assert client.settings.connections == 3
    for number, worker in enumerate(workers):
        worker.fetch("/a")
        worker.close()
        assert client.closed == (number == 2)


def test_a_pool_may_be_smaller() -> None:
    library, open_ = opened(job(connections="shared", pool=2))
    open_()
    assert library.made[0].settings.connections == 2


def test_who_is_alone_shares_with_nobody() -> None:
    library, open_ = opened(job(connections="shared"), width=1, name="http.client")
    assert open_().settings.connections == 1
    assert len(library.made) == 1


def test_for_each_request_a_client_is_made_and_closed_also_where_it_fails() -> None:
    library, open_ = opened(job(connections="per_request"))
    worker = open_()
    assert library.made == []
    worker.fetch("/a")
    worker.fetch("/b", {"X-Request-Id": "1-2"})
    worker.close()
    assert [one.closed for one in library.made] == [1, 1]

    class Failing(Client):
        def fetch(self, _url: str, _headers: Mapping[str, str] | None = None) -> Response:
            raise OSError

    broken: list[Failing] = []

    def made(settings: Settings) -> Failing:
        broken.append(Failing(settings))
        return broken[-1]

    failing = opener(
        job(connections="per_request"),
        made,
        "x:Y",
        "blocking",
        1,
    )
    with pytest.raises(OSError):  # noqa: PT011 - it has no words
        failing().fetch("/a")
    assert broken[0].closed == 1


@pytest.mark.parametrize(
    ("connections", "context", "different"),
    [
        ("per_worker", "shared", 1),
        ("per_worker", "per_client", 2),
        ("per_request", "shared", 1),
        ("per_request", "per_client", 4),
        ("per_request", "per_request", 4),
        ("shared", "shared", 1),
    ],
)
def test_contexts_are_made_as_often_as_asked(connections: str, context: str, different: int) -> None:
    library, open_ = opened(job(connections=connections, tls={**TLS, "context": context}))
    for worker in [open_(), open_()]:
        for _ in range(2):
            worker.fetch("/a")
    contexts = {id(one.settings.tls) for one in library.made}
    assert all(isinstance(one.settings.tls, ssl.SSLContext) for one in library.made)
    assert len(contexts) == different
    assert {one.settings.ca_file for one in library.made} == {TLS["ca_file"]}


def test_a_library_that_makes_its_own_contexts_gets_the_file() -> None:
    library, open_ = opened(job(tls=TLS), name="pycurl")
    open_()
    assert library.made[0].settings == Settings("http://127.0.0.1:1", ca_file=TLS["ca_file"])


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        (
            {"connections": "shared"},
            "http.client",
            "threads must not share one client of http.client, and job.connections",
        ),
        (
            {"tls": TLS},
            "socket",
            "the client socket speaks no TLS; write server.tls: false, or another job.client",
        ),
        (
            {"tls": {**TLS, "context": "per_client"}},
            "pycurl",
            "the client pycurl makes its own TLS contexts, which job.tls_context: per_client does not reach",
        ),
        ({"accept_encoding": "xz"}, "http.client", "the client http.client cannot decode xz in .*python"),
    ],
)
def test_what_a_client_does_not_do_is_unsupported(changes: Any, name: str, words: str) -> None:
    with pytest.raises(Failure, match=words) as raised:
        opened(job(**changes), name=name)
    assert raised.value.status == "unsupported"


def test_what_is_fetched_by_all_takes_the_longer_the_more_there_are() -> None:
    assert opening_together(2) == "0?latency=60ms&conditions=none"
    assert opening_together(64) == "0?latency=370ms&conditions=none"
