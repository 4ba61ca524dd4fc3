"""One page of the web, fetched as a guest does: its name said, nothing kept, limits on everything.

The wait is from when the request begins to be sent to when the head of the answer is there: making a connection is no
part of it. (From when it has been sent would be too little on a busy machine: the program may be told late of that.)
"""

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urljoin, urlsplit

import httpx

from simulator import __version__
from simulator.imports.bodies import BodyError, decoded
from simulator.imports.robots import AGENT
from simulator.imports.taking import TOO_LARGE

USER_AGENT: Final = f"{AGENT}/{__version__} (records pages for a benchmark; obeys robots.txt)"
LARGEST_BODY_BYTES: Final = 32 << 20
MOST_REDIRECTS: Final = 5
LONGEST_S: Final = 60.0
"""For one page, as a whole."""
_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})
_TOO_LATE: Final = "no answer in time"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SENT, _ANSWERED = "send_request_headers.started", "receive_response_headers.complete"


class FetchError(Exception):
    """A page cannot be had; the text is a reason, as it is counted."""


class EndedError(Exception):
    """Nothing more is to be fetched."""


@dataclass(frozen=True)
class Fetched:
    """One answer."""

    status: int
    content_type: str
    encoding: str
    body: bytes
    wait_ns: int
    cookies: int
    """That it wanted to set."""


class Fetcher:
    """Context manager: fetches pages, one at a time, on kept connections.

    Args:
        listed: the hosts that a person has named: only these may be of this machine or its network.
        against: says why a URL may not be fetched, null where it may; null: any may be.
    """

    def __init__(self, listed: Collection[str], against: Callable[[str], str | None] | None = None) -> None:
        self._listed = frozenset(listed)
        self.against = against
        self._open: list[Any] = []
        """Sockets of the client, to end what never ends by itself."""
        self._ended = False
        self._client = httpx.Client(
            timeout=_TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def fetch(self, url: str, most_bytes: int = LARGEST_BODY_BYTES) -> Fetched:
        """Fetch a page, and those that it redirects to.

        Raises:
            FetchError: It cannot be had.
            EndedError: `end` was called, before or meanwhile.
        """
        over = threading.Event()
        if self._ended:
            raise EndedError

        def give_up() -> None:
            over.set()
            self._end_connections()

        # The client's own time-outs are of each read: an answer that dribbles would keep within them for hours.
        watch = threading.Timer(LONGEST_S, give_up)
        watch.daemon = True
        watch.start()
        try:
            found = self._followed(url, most_bytes)
            if self._ended:  # what was cut short may look whole
                raise EndedError
            return found  # noqa: TRY300 - an end belongs to what may go wrong
        except BodyError as error:
            raise FetchError(str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            if self._ended:
                raise EndedError from error
            raise FetchError(_why_not(error, late=over.is_set())) from error
        finally:
            watch.cancel()
            self._client.cookies.clear()

    def end(self) -> None:
        """Let what is being fetched end, and nothing more be fetched; from a signal handler, or another thread."""
        self._ended = True
        self._end_connections()

    def _followed(self, url: str, most_bytes: int) -> Fetched:
        for _ in range(MOST_REDIRECTS + 1):
            self._check(url)
            found, location = self._one(url, most_bytes)
            self._client.cookies.clear()
            if location is None:
                return found
            url = urljoin(url, location)
        raise FetchError(f"redirected more than {MOST_REDIRECTS} times")

    def _end_connections(self) -> None:
        for opened in self._open:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def robots(self, url: str) -> tuple[int, bytes]:
        """Fetch a robots.txt, which may always be asked for. Raises OSError: nothing answers."""
        against, self.against = self.against, None
        try:
            found = self.fetch(url, 512 << 10)
        except FetchError as error:
            raise OSError(str(error)) from error
        finally:
            self.against = against
        return found.status, found.body

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in {"http", "https"} or not host:
            raise FetchError("redirected to what is not http or https")
        if host not in self._listed and _is_near(host):
            # A site must not lead whoever records it to what only this machine can reach.
            raise FetchError("redirected to an address of this machine or network, which is not in the list")
        if self.against is not None and (reason := self.against(url)) is not None:
            raise FetchError(reason)

    def _one(self, url: str, most_bytes: int) -> tuple[Fetched, str | None]:
        moments: dict[str, int] = {}

        def trace(event: str, info: Any) -> None:
            moments[event.partition(".")[2]] = time.perf_counter_ns()
            if event in _CONNECTED:
                still = [one for one in self._open if one.fileno() >= 0]
                self._open = [*still, info["return_value"].get_extra_info("socket")]

        request = self._client.build_request("GET", url, extensions={"trace": trace})
        response = self._client.send(request, stream=True)
        try:
            location = response.headers.get("location") if response.status_code in _REDIRECTS else None
            body = b"" if location is not None else _body(response, most_bytes)
        finally:
            response.close()
        encoding = response.headers.get("content-encoding", "")
        return Fetched(
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            encoding=encoding.lower() or "identity",
            body=decoded(body, encoding, most_bytes),
            wait_ns=max(0, moments.get(_ANSWERED, 0) - moments.get(_SENT, 0)),
            cookies=len(response.headers.get_list("set-cookie")),
        ), location


def _body(response: httpx.Response, most_bytes: int) -> bytes:
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > most_bytes:
            raise FetchError(TOO_LARGE)
    return bytes(body)


def _is_near(host: str) -> bool:
    """Tell an address of this machine or its network from one of the world; a name is looked up."""
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
        return any(not ipaddress.ip_address(address).is_global for address in found)
    except (OSError, UnicodeError, ValueError):
        return False  # then it cannot be connected to either


def _why_not(error: Exception, *, late: bool) -> str:
    if late or isinstance(error, httpx.TimeoutException):
        return _TOO_LATE
    return _why_not_connected(error) if isinstance(error, httpx.ConnectError) else "broken answer"


def _why_not_connected(error: httpx.ConnectError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "TLS failed: its certificate is not trusted here"
        cause = cause.__cause__ or cause.__context__
    return "no connection"
