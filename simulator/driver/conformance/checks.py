"""What a client has to do, one check for each; what it does instead is said in a sentence."""

import gzip
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from ..clients import CLIENTS, Response, Settings, library_of
from ..shared.failure import describe
from .listener import CLOSE, HANG, KEEP, Listener, Request, response
from .subject import PATIENCE_S, HangsError, Opened

TIMEOUT_S = 1.0
"""Long enough for a request to arrive on a busy machine."""
BODY = b"a body that is whole" * 20
SHARERS = 8


class Wrong(Exception):  # noqa: N818 - what a check finds
    """The client does something else than it has to."""


class Skipped(Exception):  # noqa: N818 - what a check says
    """The check does not apply, or cannot be made here."""


@dataclass(frozen=True)
class Bench:
    """What checks are made with."""

    made: "Callable[[Settings], Any]"
    """Makes a client."""
    name: str
    kind: str
    base_url: str
    """Of the mock server."""
    pages: "Mapping[str, str]"
    """Its paths, and of each the SHA-256 of its body."""
    shares: bool
    """Threads may share one client."""
    tls: "Mapping[str, str]"
    """Files: `ca_file`, `other_ca_file`, `cert_file`, `key_file`."""

    def opened(self, base_url: str, **settings: Any) -> Opened:
        """Return a client of a server."""
        return Opened(self.made, self.kind, self.name, Settings(base_url, **settings))


def pages(bench: Bench) -> None:
    """Bodies come byte for byte."""
    with bench.opened(bench.base_url) as client:
        for path, digest in [*bench.pages.items()] * 2:
            status, _, body = client.fetch(bench.base_url + path)
            if status != 200:  # noqa: PLR2004 - OK
                raise Wrong(f"the server answered 200 to {path}, and fetch returned the status {status}")
            if sha256(body).hexdigest() != digest:
                raise Wrong(f"the body of {path} is not what the server sent ({len(body)} bytes came)")


def other_statuses(bench: Bench) -> None:
    """A status such as 404 or 503 is returned with headers and body, not raised."""
    for status in ("404 Not Found", "429 Too Many Requests", "503 Service Unavailable"):
        with Listener(lambda _, s=status: (response(b"no", s, Retry_After="7"), KEEP)) as server:  # type: ignore[misc]
            with bench.opened(server.url) as client:
                try:
                    found = client.fetch(server.url + "/a")
                except HangsError:
                    raise
                except Exception as error:
                    raise Wrong(f"it raised on {status}: {describe(error)}; return the response") from error
            if found[0] != int(status[:3]) or found[2] != b"no" or found[1].get("retry-after") != "7":
                raise Wrong(
                    f"of {status} with Retry-After: 7 it returned {found[0]}, a body of {len(found[2])} bytes, and"
                    f" {found[1].get('retry-after')} as retry-after; headers are looked up by names in lower case"
                )
            if len(server.requests) != 1:
                raise Wrong(
                    f"it asked {len(server.requests)} times where {status} came; retries are the job's own"
                )


def redirects(bench: Bench) -> None:
    """A redirect is returned, not followed."""
    with Listener(lambda _: (response(b"", "302 Found", Location="/b"), KEEP)) as server:
        with bench.opened(server.url) as client:
            status = client.fetch(server.url + "/a")[0]
        if status != 302 or len(server.requests) != 1:  # noqa: PLR2004 - Found
            raise Wrong(f"it followed a redirect: {len(server.requests)} requests, the last status {status}")


def cookies(bench: Bench) -> None:
    """No cookie is kept: requests would not be alike."""
    with Listener(lambda _: (response(b"x", Set_Cookie="a=b; Path=/"), KEEP)) as server:
        with bench.opened(server.url) as client:
            for _ in range(2):
                client.fetch(server.url + "/a")
        if server.requests[-1].values("cookie"):
            raise Wrong("it sent back a cookie that the server had set")


def environment(bench: Bench) -> None:
    """The environment's proxies are left alone."""
    with Listener(lambda _: (response(b"x"), KEEP)) as server, _proxies("http://127.0.0.1:9"):
        try:
            with bench.opened(server.url) as client:
                client.fetch(server.url + "/a")
        except HangsError:
            raise
        except Exception as error:
            raise Wrong(f"with a proxy in the environment it raised {describe(error)}") from error
        if len(server.requests) != 1:
            raise Wrong("with a proxy in the environment, which nobody asked for, the request went there")


def sent_headers(bench: Bench) -> None:
    """What is given as headers arrives, and Accept-Encoding as asked."""
    with Listener(lambda request: (response(json.dumps(request.headers).encode()), KEEP)) as server:
        for encoding in ("identity", "gzip"):
            with bench.opened(server.url, accept_encoding=encoding) as client:
                client.fetch(server.url + "/a")
                client.fetch(server.url + "/a", {"X-Request-Id": "7-2"})
            first, second = server.requests[-2:]
            if second.values("x-request-id") != ["7-2"]:
                raise Wrong(f"X-Request-Id: 7-2 was to be sent, and came as {second.values('x-request-id')}")
            if first.values("x-request-id"):
                raise Wrong("a header of one request was sent with another one")
            for request in (first, second):
                if request.values("accept-encoding") != [encoding]:
                    raise Wrong(
                        f"Accept-Encoding was to be {encoding}, and came as {request.values('accept-encoding')}"
                    )


def decoding(bench: Bench) -> None:
    """A body that came compressed is handed on decoded."""
    if bench.name in CLIENTS and "gzip" not in library_of(bench.name).decodes:
        raise Skipped("it decodes nothing")
    packed = response(gzip.compress(BODY), Content_Encoding="gzip")
    with Listener(lambda _: (packed, KEEP)) as server:
        with bench.opened(server.url, accept_encoding="gzip") as client:
            body = client.fetch(server.url + "/a")[2]
        if body != BODY:
            raise Wrong("a body that came with Content-Encoding: gzip was handed on as it came; decode it")


def no_retry(bench: Bench) -> None:
    """A new connection that is closed without an answer raises, and is not tried again."""
    with Listener(lambda _: (b"", CLOSE)) as server:
        with bench.opened(server.url) as client:
            _raises(
                lambda: client.fetch(server.url + "/a"), "the server closed the connection without an answer"
            )
        _asked(server, 1)


def no_retry_kept(bench: Bench) -> None:
    """A kept connection that is closed without an answer raises too."""

    def answer(request: Request) -> "tuple[bytes, str]":
        return (response(BODY), KEEP) if request.number == 1 else (b"", CLOSE)

    with Listener(answer) as server, bench.opened(server.url) as client:
        client.fetch(server.url + "/a")
        why = "the server closed the kept connection without an answer"
        answered = _outcome(lambda: client.fetch(server.url + "/b"))
        if len(server.requests) > 2:  # noqa: PLR2004 - one for each call
            raise Wrong(
                f"{why}, and it asked again by itself on a new one; turn that off: retries are the job's own"
            )
        if answered is not None:
            raise Wrong(f"{why}, and fetch returned {answered[0]}; raise")


def cut_short(bench: Bench) -> None:
    """A body that ends before its announced length raises."""

    def answer(request: Request) -> "tuple[bytes, str]":
        return (response(BODY)[:-10], CLOSE) if request.path == "/cut" else (response(BODY), KEEP)

    with Listener(answer) as server, bench.opened(server.url) as client:
        _raises(lambda: client.fetch(server.url + "/cut"), "the body was cut short")
        if client.fetch(server.url + "/a")[2] != BODY:
            raise Wrong("after a body that was cut short the next one is wrong")


def time_out(bench: Bench) -> None:
    """A server that never answers makes it raise when its time is up."""
    with Listener(lambda _: (b"", HANG)) as server, bench.opened(server.url, timeout_s=TIMEOUT_S) as client:
        start = time.monotonic()
        try:
            _raises(lambda: client.fetch(server.url + "/a"), "the server never answered")
        except HangsError:
            raise Wrong(
                f"with timeout_s = {TIMEOUT_S} it still waited after {PATIENCE_S:g} s; obey Settings.timeout_s"
            ) from None
        took_s = time.monotonic() - start
        if took_s < 0.8 * TIMEOUT_S:
            raise Wrong(f"with timeout_s = {TIMEOUT_S} it gave up after {took_s:.2f} s already")
        _asked(server, 1)


def half_read(bench: Bench) -> None:
    """After a time-out in the midst of a body its connection is not used again."""
    with Listener(_half_then_whole) as server, bench.opened(server.url, timeout_s=TIMEOUT_S) as client:
        _raises(lambda: client.fetch(server.url + "/half"), "the rest of a body never came")
        _afterwards(client, server)


def cancelled(bench: Bench) -> None:
    """Cancelled in the midst of a body, it raises CancelledError, and its connection is not used again."""
    if bench.kind != "asyncio":
        raise Skipped("nobody cancels a client that blocks")
    with Listener(_half_then_whole) as server, bench.opened(server.url) as client:
        came = client.cancel(server.url + "/half", server.held)
        if came != "CancelledError":
            raise Wrong(f"a cancelled fetch ended in {came}; let CancelledError through")
        _afterwards(client, server)


def closing(bench: Bench) -> None:
    """close() closes its connections."""
    with Listener(lambda _: (response(b"x"), KEEP)) as server:
        client = bench.opened(server.url)
        client.fetch(server.url + "/a")
        client.close()
        if not server.gone.wait(PATIENCE_S):
            raise Wrong("its connection was still open after close()")


def shared(bench: Bench) -> None:
    """One client may be used by several threads, or tasks, at the same time."""
    if not bench.shares:
        raise Skipped("threads must not share it (threads_share is not true)")
    with Listener(lambda request: (response(request.path.encode()), KEEP)) as server:
        with bench.opened(server.url, connections=SHARERS) as client:
            for turn in range(3):
                paths = [f"/{turn}/{number}" for number in range(SHARERS)]
                found = client.fetch_together([server.url + path for path in paths])
                if [body.decode() for _, _, body in found] != paths:
                    raise Wrong(f"of {SHARERS} at the same time some got the answer of another")
        if len(server.requests) != 3 * SHARERS:
            raise Wrong(f"for {3 * SHARERS} calls of fetch the server got {len(server.requests)} requests")


def tls(bench: Bench) -> None:
    """An https server is verified: by Settings.tls or ca_file, and one that is not certified by that is refused."""
    if bench.name in CLIENTS and library_of(bench.name).tls is None:
        raise Skipped("it speaks no TLS")
    from ..clients.tls import new_context  # noqa: PLC0415 - only for https

    files = bench.tls
    with Listener(lambda _: (response(BODY), KEEP), (files["cert_file"], files["key_file"])) as server:
        for ca_file, trusted in ((files["ca_file"], True), (files["other_ca_file"], False)):
            verifies = new_context(ca_file) if library_of(bench.name).tls == "context" else None
            with bench.opened(server.url, tls=verifies, ca_file=ca_file) as client:
                if not trusted:
                    _raises(partial(client.fetch, server.url + "/a"), "nobody it knows certified the server")
                    continue
                try:
                    body = client.fetch(server.url + "/a")[2]
                except HangsError:
                    raise
                except Exception as error:
                    raise Wrong(
                        f"by https it raised {describe(error)}; verify with Settings.tls or ca_file"
                    ) from error
                if body != BODY:
                    raise Wrong("by https another body came than was sent")


class Check(NamedTuple):
    """A check and what it is called."""

    name: str
    make: "Callable[[Bench], None]"

    @property
    def title(self) -> str:
        """What holds where it passes."""
        return (self.make.__doc__ or "").strip()


CHECKS = (
    Check("pages", pages),
    Check("statuses", other_statuses),
    Check("redirects", redirects),
    Check("cookies", cookies),
    Check("proxies", environment),
    Check("headers", sent_headers),
    Check("decoding", decoding),
    Check("no_retry", no_retry),
    Check("no_retry_kept", no_retry_kept),
    Check("cut_short", cut_short),
    Check("time_out", time_out),
    Check("half_read", half_read),
    Check("cancelled", cancelled),
    Check("shared", shared),
    Check("tls", tls),
    Check("close", closing),
)


def _half_then_whole(request: Request) -> "tuple[bytes, str]":
    return (response(BODY)[:-10], HANG) if request.path == "/half" else (response(b"whole"), KEEP)


def _afterwards(client: Opened, server: Listener) -> None:
    body = client.fetch(server.url + "/whole")[2]
    first, last = server.requests[0], server.requests[-1]
    if body != b"whole" or first.connection == last.connection:
        raise Wrong("the next request used the connection on which a body had been read by half; close it")


def _outcome(call: "Callable[[], Response]") -> "Response | None":
    """Return what a fetch returned; null: it raised."""
    try:
        return call()
    except HangsError:
        raise
    except Exception:  # noqa: BLE001 - whatever it raises
        return None


def _raises(call: "Callable[[], Response]", why: str) -> None:
    found = _outcome(call)
    if found is not None:
        raise Wrong(f"{why}, and fetch returned {found[0]} with {len(found[2])} bytes; raise")


def _asked(server: Listener, times: int) -> None:
    if len(server.requests) != times:
        raise Wrong(
            f"for {times} call{'' if times == 1 else 's'} of fetch the server got {len(server.requests)} requests"
        )


@contextmanager
def _proxies(url: str) -> Iterator[None]:
    changed = dict.fromkeys(
        ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), url
    )
    kept = {name: os.environ.get(name) for name in (*changed, "no_proxy", "NO_PROXY")}
    os.environ.update(changed)
    os.environ.pop("no_proxy", None)
    os.environ.pop("NO_PROXY", None)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
