"""What a request is about: a page, the index, the admin side, or nothing there is.

Pages come first and by their prefix; there is no router, which would cost more than answering.
"""

import re
from collections.abc import Sequence
from http import HTTPStatus
from string import ascii_letters, digits
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from aiohttp import web
from multidict import istr

from mockserver import index
from mockserver.admin_api import PREFIX as ADMIN_PREFIX
from mockserver.admin_api import AdminApi, is_local_name
from mockserver.latency_models import LONGEST_DELAY_NS
from mockserver.operations import Operations
from mockserver.pages import Pages
from mockserver.units import format_duration, parse_duration

_PAGES_PREFIX = "/pages/"
_PREFIX_LENGTH = len(_PAGES_PREFIX)

# More digits would not fit the request log's 64-bit columns.
_MOST_DIGITS = 18


_HOST = istr("Host")

_SAFE_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]+")

# RFC 3986, 6.2.2.2: these mean the same written as they are and percent-encoded.
_UNRESERVED = re.compile(
    "%(" + "|".join(f"{ord(c):02X}" for c in ascii_letters + digits + "-._~") + ")", re.IGNORECASE
)


class BadRequestError(ValueError):
    """A request for a page that makes no sense; the sentence goes to the client."""


class App:
    """Answers every request of one worker."""

    def __init__(self, pages: Pages, operations: Operations, token: str | None) -> None:
        self._pages = pages
        self._operations = operations
        self._protected = token is not None
        self._local_host: str | None = None
        self._admin = AdminApi(operations, token)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        # Without a token a foreign name is refused everywhere: it may be a web page that has this address
        # looked up under its own name (DNS rebinding), to read what is served here.
        if not self._protected:
            host = request.headers.get(_HOST)
            if host is not None and host != self._local_host:
                if not is_local_name(host):
                    return self._error(403, f"Host {host!r} is refused; use an IP address or localhost")
                self._local_host = host
        path = request.raw_path
        if path[:_PREFIX_LENGTH] == _PAGES_PREFIX:
            page = path[_PREFIX_LENGTH:]
            # str.isdigit alone would let other scripts' digits pass.
            if page.isdigit() and page.isascii() and len(page) <= _MOST_DIGITS and request.method == "GET":
                return await self._pages.answer(request, int(page))
        return await self._handle_others(request)

    async def _handle_others(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer what is not simply a GET of a page id."""
        try:
            path, query = _split(request.raw_path)
            if path.startswith(ADMIN_PREFIX):
                return await self._admin.answer(request, path)
            return await self._index_or_page(request, path, query)
        except BadRequestError as error:
            return self._error(400, str(error))

    async def _index_or_page(self, request: web.BaseRequest, path: str, query: str) -> web.StreamResponse:
        page = self._page(path)
        if page is None and path != "/":
            return self._error(404, f"{path} does not exist; {self._what_exists()}")
        if request.method not in ("GET", "HEAD"):
            return self._error(405, f"{path} takes GET, not {request.method}", {"Allow": "GET, HEAD"})
        if page is None:
            return await self._index(request)
        return await self._pages.answer(request, page, self._own_delay_ns(page, query))

    def _own_delay_ns(self, page: int, query: str) -> int | None:
        """Read what a request wants for itself; None: what the configuration has for all."""
        asked = parse_qs(query, keep_blank_values=True)
        latency_ns = _own_latency_ns(asked.get("latency", [])[-1:])
        conditions = asked.get("conditions", ["all"])[-1]
        if conditions not in ("all", "none"):
            raise BadRequestError(f"conditions: {conditions!r} is not one of all, none")
        # Whoever says how late an answer is to be gets it then: no queue, no limit and no fault.
        if latency_ns is None and conditions == "none":
            return self._pages.served.delay_ns(page)
        return latency_ns

    def _page(self, path: str) -> int | None:
        """Find the page id that a path means; None when it means no page."""
        of_page = path.startswith(_PAGES_PREFIX)
        page = path[_PREFIX_LENGTH:] if of_page else ""
        if page.isdigit() and page.isascii():
            if len(page) > _MOST_DIGITS:
                raise BadRequestError(f"a page id has at most {_MOST_DIGITS} digits")
            return int(page)
        # Names come from a list made when the folder was read, so no path can lead out of it.
        named = self._pages.served.by_path.get(unquote_to_bytes(path.encode(errors="surrogateescape")))
        if named is None and of_page:
            raise BadRequestError(f"{page!r} is no page id; write a whole number from 0, as in /pages/0")
        return named

    def _what_exists(self) -> str:
        served = self._pages.served
        named = (
            f" and {len(served.by_path)} files such as {index.first_name(served)}" if served.by_path else ""
        )
        return f"there are /pages/0, /pages/1, …{named}; see / for the rest"

    async def _index(self, request: web.BaseRequest) -> web.Response:
        served = self._pages.served
        counters = await self._operations.team.ask_leader("counters")
        accepted = request.headers.get("Accept", "")
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        if "application/json" in accepted:
            return web.Response(
                text=index.as_json(counters), content_type="application/json", headers=headers
            )
        url = f"{'https' if served.config.tls else 'http'}://{_host(request)}"
        arguments = (url, served, counters, self._protected)
        if "text/html" in accepted:
            return web.Response(text=index.as_html(*arguments), content_type="text/html", headers=headers)
        return web.Response(text=index.as_text(*arguments), content_type="text/plain", headers=headers)

    def _error(self, status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
        self._pages.log.count_error(status)
        text = f"{HTTPStatus(status).phrase}: {message}\n"
        # A target may hold bytes that are no UTF-8; a sentence that quotes it must be.
        body = text.encode(errors="backslashreplace")
        return web.Response(
            status=status, body=body, content_type="text/plain", charset="utf-8", headers=headers
        )


def _host(request: web.BaseRequest) -> str:
    """Name this server as the client does, or by its address where that name cannot be copied into a shell."""
    host = request.headers.get(_HOST, "")
    if _SAFE_HOST.fullmatch(host):
        return host
    transport = request.transport
    address, port = ("127.0.0.1", 80) if transport is None else transport.get_extra_info("sockname")[:2]
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _split(target: str) -> tuple[str, str]:
    """Split a request target, also a proxy-style one (`http://host/path`), into path and query."""
    if target.startswith("/"):
        path, _, query = target.partition("?")
    else:
        try:
            parts = urlsplit(target)
        except ValueError as error:
            raise BadRequestError(f"{target!r} is no path: {error}") from error
        path, query = parts.path or "/", parts.query
    return _UNRESERVED.sub(lambda found: chr(int(found[1], 16)), path), query


def _own_latency_ns(texts: Sequence[str]) -> int | None:
    """Read `?latency=200ms`."""
    if not texts:
        return None
    try:
        latency_ns = parse_duration(texts[0])
    except ValueError as error:
        raise BadRequestError(f"latency: {error}") from error
    if latency_ns > LONGEST_DELAY_NS:
        raise BadRequestError(f"latency: {texts[0]} is longer than {format_duration(LONGEST_DELAY_NS)}")
    return latency_ns
