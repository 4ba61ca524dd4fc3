"""Who may use the page's server: this machine's browser, on the page itself, with the token of its address.

It runs programs, so that no other site may reach it. It listens on loopback alone; its Host is a name that no other
site can have (DNS rebinding); a request from another page has that page's Origin; and nobody guesses the token.
"""

import hmac
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

LOOPBACK = "127.0.0.1"
_NAMES = (LOOPBACK, "localhost")

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer: nobody keeps it, embeds it, or is told the address with its token."""


def access(token: str) -> Middleware:
    """Return what lets in who may come in, and tells the others why not."""

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = _refusal(request, token)
        response = refused(HTTPStatus.FORBIDDEN, refusal) if refusal else await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return keep


def refused(status: int, why: str) -> web.Response:
    """Return the answer that says why not."""
    return web.json_response({"error": why}, status=status, headers=HEADERS)


def _refusal(request: web.Request, token: str) -> str | None:
    host = request.headers.get("Host", "")
    port = request.get_extra_info("sockname", (LOOPBACK, 0))[1]
    if host not in {f"{name}:{port}" for name in _NAMES}:
        return f"Host {host!r} is refused; the address is the one that simulator lab printed"
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        return f"a page of {origin!r} may not use the lab"
    given = request.path.split("/")[1]
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode()):
        return "the address lacks its token; take the whole address that simulator lab printed"
    return None
