"""The admin side over HTTP: who may, what is asked, and the answer as JSON.

On loopback without a token anybody on this machine may, but no web page that happens to be open in a
browser here: a foreign Origin is refused (cross-site requests), and so is a Host that is a name other than
localhost (DNS rebinding). With a token nothing else is needed, as no other site knows it.
"""

import asyncio
import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError

from mockserver.connection import Connection
from mockserver.identity import GENERATION_HEADER, LEASE_HEADER
from mockserver.operations import Operations
from mockserver.team import WorkerFailedError, WorkerUnreachableError

PREFIX = "/__admin/"

_LARGEST_DOCUMENT = "1 MiB"  # aiohttp's own limit for a request body

_MOST_READABLE_ROWS = 20

_NOT_STORED = {"Cache-Control": "no-store"}

_Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class AdminApi:
    """Answers requests below `/__admin/`."""

    def __init__(self, operations: Operations, token: str | None) -> None:
        self._operations = operations
        self._token = token
        self._answers: Mapping[str, Mapping[str, _Answer]] = {
            "health": {"GET": self._asking("health")},
            "config": {"GET": self._config, "PUT": self._configure},
            "stats": {"GET": self._asking("stats")},
            "requests": {"GET": self._asking("requests")},
            "reset": {"POST": self._reset},
            "lease": {"GET": self._asking("holder"), "POST": self._hold},
            "metrics": {"GET": self._metrics},
            "openapi": {"GET": self._openapi},
        }
        self._letting_go: set[asyncio.Task[Any]] = set()

    async def answer(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Answer a request whose path begins with `PREFIX`."""
        refusal = self._refusal(request) or _unmet(request)
        if refusal is not None:
            return refusal
        name = path.removeprefix(PREFIX)
        methods = self._answers.get(name)
        if methods is None:
            known = ", ".join(PREFIX + known for known in self._answers)
            return _errors(404, f"{path} does not exist; there are {known}")
        answer = methods.get("GET" if request.method == "HEAD" else request.method)
        if answer is None:
            allowed = ", ".join(methods).replace("GET", "GET, HEAD")
            return _errors(405, f"{path} takes {allowed}, not {request.method}", headers={"Allow": allowed})
        try:
            return await answer(request)
        except WorkerUnreachableError as error:
            return _errors(503, f"{error}; the server is ending")
        except WorkerFailedError as error:
            return _errors(500, str(error))

    def _refusal(self, request: web.BaseRequest) -> web.Response | None:
        if self._token is not None:
            # aiohttp decodes headers with surrogateescape; encoded the same way they are what was sent.
            given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
            if hmac.compare_digest(given, f"Bearer {self._token}".encode()):
                return None
            return _errors(
                401,
                "this server needs its token: send the header Authorization: Bearer TOKEN",
                headers={"WWW-Authenticate": "Bearer"},
            )
        host = request.headers.get("Host", "")
        if not is_local_name(host):
            return _errors(403, f"Host {host!r} is refused; use an IP address or localhost")
        origin = request.headers.get("Origin")
        if origin is not None and _place(origin) != host:
            return _errors(403, f"a page of {origin!r} may not use the admin side of this server")
        return None

    def _asking(self, operation: str) -> _Answer:
        async def answer(_request: web.BaseRequest) -> web.Response:
            return _json(await self._operations.team.ask_leader(operation))

        return answer

    async def _reset(self, request: web.BaseRequest) -> web.Response:
        outcome = await self._operations.team.ask_leader("reset", _lease(request))
        if outcome["status"] != HTTPStatus.OK:
            return _errors(outcome["status"], *outcome["errors"])
        return _json({"status": "reset"})

    async def _config(self, _request: web.BaseRequest) -> web.Response:
        return _configuration(await self._operations.team.ask_leader("config"))

    async def _configure(self, request: web.BaseRequest) -> web.Response:
        document = await _document(request, '{"latency": "40ms"}')
        if isinstance(document, web.Response):
            return document
        outcome = await self._operations.team.ask_leader(
            "configure", _lease(request) | {"document": document}
        )
        if outcome["status"] != HTTPStatus.OK:
            return _errors(outcome["status"], *outcome["errors"])
        return _configuration(outcome)

    async def _hold(self, request: web.BaseRequest) -> web.StreamResponse:
        """Hold the server for whoever asks, until its connection ends: also when it is killed."""
        document = await _document(request, '{"program": "my scraper", "pid": 4711}')
        if isinstance(document, web.Response):
            return document
        cast("Connection", request.protocol).ends_with_client = True
        outcome = await self._operations.team.ask_leader("hold", document)
        if outcome["status"] != HTTPStatus.OK:
            return _errors(outcome["status"], *outcome["errors"])
        try:
            response = web.StreamResponse(headers=_NOT_STORED | {"Content-Type": "application/json"})
            await response.prepare(request)
            await response.write(json.dumps({"lease": outcome["lease"]}).encode() + b"\n")
            await asyncio.get_running_loop().create_future()  # until this is cancelled with the connection
            return response
        finally:
            # Not awaited here: whoever ends this may not wait.
            task = asyncio.create_task(self._operations.team.ask_leader("let_go", outcome["lease"]))
            self._letting_go.add(task)
            task.add_done_callback(self._letting_go.discard)

    async def _metrics(self, _request: web.BaseRequest) -> web.Response:
        from mockserver import metrics  # noqa: PLC0415 (54 ms that only who scrapes it should pay)

        stats = await self._operations.team.ask_leader("stats")
        headers = _NOT_STORED | {"Content-Type": metrics.CONTENT_TYPE}
        return web.Response(body=metrics.exposition(stats), headers=headers)

    async def _openapi(self, _request: web.BaseRequest) -> web.Response:
        from mockserver import openapi  # noqa: PLC0415 (only who makes something of it should pay)

        return _json(openapi.document())


async def _document(request: web.BaseRequest, example: str) -> Any:
    """Read the JSON of a request; what is wrong with it is an answer."""
    coding = request.headers.get("Content-Encoding", "identity")
    if coding.strip().lower() != "identity":
        return _errors(415, f"Content-Encoding {coding!r} is not read here; send the document as it is")
    if "Expect" in request.headers and request.version >= HttpVersion11 and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        return json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        return _errors(413, f"a document is at most {_LARGEST_DOCUMENT}; name a file instead of its values")
    except (HttpProcessingError, web.RequestPayloadError) as error:
        return _errors(400, f"the body is not as its headers say: {error}")
    except (ValueError, RecursionError) as error:
        return _errors(400, f"the body is not JSON ({error}); send for example {example}")


def _unmet(request: web.BaseRequest) -> web.Response | None:
    expected = request.headers.get("Expect")
    if expected is None or expected.strip().lower() == "100-continue":
        return None
    return _errors(417, f"Expect: {expected!r} cannot be met; 100-continue can, or leave it out")


def _lease(request: web.BaseRequest) -> dict[str, Any]:
    return {"lease": request.headers.get(LEASE_HEADER)}


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def is_local_name(host: str) -> bool:
    """Say whether a Host is one that no foreign site can have: a literal address or localhost."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _configuration(outcome: Mapping[str, Any]) -> web.Response:
    return _json(outcome["config"], {GENERATION_HEADER: str(outcome["generation"])})


def _json(document: Any, headers: dict[str, str] | None = None) -> web.Response:
    # Read by people, but for the request log, which would be a million lines.
    indent = None if len(document.get("request_id", ())) > _MOST_READABLE_ROWS else 2
    text = json.dumps(document, indent=indent) + "\n"
    return web.Response(text=text, content_type="application/json", headers=_NOT_STORED | (headers or {}))


def _errors(status: int, *errors: str, headers: dict[str, str] | None = None) -> web.Response:
    body = json.dumps({"error": "; ".join(errors), "errors": errors}, indent=2, ensure_ascii=False) + "\n"
    return web.Response(
        status=status,
        # What a client has sent may hold bytes that are no UTF-8; a sentence that quotes it must be.
        body=body.encode(errors="backslashreplace"),
        content_type="application/json",
        charset="utf-8",
        headers=_NOT_STORED | (headers or {}),
    )
