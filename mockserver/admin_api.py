"""The admin side over HTTP: who may, what is asked, and the answer as JSON.

On loopback without a token anybody on this machine may, but no web page that happens to be open in a
browser here: a foreign Origin is refused (cross-site requests), and so is a Host that is a name other than
localhost (DNS rebinding). With a token nothing else is needed, as no other site knows it.
"""

import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from mockserver.identity import GENERATION_HEADER
from mockserver.operations import Operations
from mockserver.team import WorkerUnreachableError

PREFIX = "/__admin/"

_LARGEST_DOCUMENT = "1 MiB"  # aiohttp's own limit for a request body

_MOST_READABLE_ROWS = 20

_Answer = Callable[[web.BaseRequest], Awaitable[web.Response]]


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
            "metrics": {"GET": self._metrics},
        }

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        """Answer a request whose path begins with `PREFIX`."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        name = path.removeprefix(PREFIX)
        methods = self._answers.get(name)
        if methods is None:
            known = ", ".join(PREFIX + known for known in self._answers)
            return _errors(404, f"{path} does not exist; there are {known}")
        answer = methods.get(request.method)
        if answer is None:
            allowed = ", ".join(methods)
            return _errors(405, f"{path} takes {allowed}, not {request.method}", headers={"Allow": allowed})
        try:
            return await answer(request)
        except WorkerUnreachableError as error:
            return _errors(503, f"{error}; the server is ending")

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
        if not _is_local_name(host):
            return _errors(403, f"Host {host!r} is refused; use an IP address or localhost")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return _errors(403, f"a page of {origin} may not use the admin side of this server")
        return None

    def _asking(self, operation: str) -> _Answer:
        async def answer(_request: web.BaseRequest) -> web.Response:
            return _json(await self._operations.team.ask_leader(operation))

        return answer

    async def _reset(self, _request: web.BaseRequest) -> web.Response:
        await self._operations.team.ask_leader("reset")
        return _json({"status": "reset"})

    async def _config(self, _request: web.BaseRequest) -> web.Response:
        return _configuration(await self._operations.team.ask_leader("config"))

    async def _configure(self, request: web.BaseRequest) -> web.Response:
        try:
            document = json.loads(await request.read())
        except web.HTTPRequestEntityTooLarge:
            return _errors(
                413, f"a configuration is at most {_LARGEST_DOCUMENT}; name a file instead of its values"
            )
        except (ValueError, RecursionError) as error:
            return _errors(400, f'the body is not JSON ({error}); send for example {{"latency": "40ms"}}')
        outcome = await self._operations.team.ask_leader("configure", document)
        if outcome["status"] != HTTPStatus.OK:
            return _errors(outcome["status"], *outcome["errors"])
        return _configuration(outcome)

    async def _metrics(self, _request: web.BaseRequest) -> web.Response:
        from mockserver import metrics  # noqa: PLC0415 (54 ms that only who scrapes it should pay)

        stats = await self._operations.team.ask_leader("stats")
        return web.Response(body=metrics.exposition(stats), headers={"Content-Type": metrics.CONTENT_TYPE})


def _is_local_name(host: str) -> bool:
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


def _json(document: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    # Read by people, but for the request log, which would be a million lines.
    indent = None if len(document.get("request_id", ())) > _MOST_READABLE_ROWS else 2
    text = json.dumps(document, indent=indent) + "\n"
    return web.Response(text=text, content_type="application/json", headers=headers)


def _errors(status: int, *errors: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = json.dumps({"error": "; ".join(errors), "errors": errors}, indent=2, ensure_ascii=False) + "\n"
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)
