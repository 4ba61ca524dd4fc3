"""The admin side of a running mock server, from Python; blocking, standard library only."""

import contextlib
import http.client
import json
import os
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from mockserver.config import ServerConfig
from mockserver.identity import GENERATION_HEADER, LEASE_HEADER, PROTOCOL, SERVER_NAME

_LARGEST_ANSWER_BYTES = 1 << 30

# Longer than the server allows itself for it.
_CONFIGURE_S = 90.0

# Half a million requests are numbers and text of 100 MB, which several workers gather.
_LOG_S = 120.0


class AdminError(RuntimeError):
    """The admin side did not do what was asked; the message says why."""


class NotThisServerError(AdminError):
    """What answers at the URL is not such a server, or one of another version."""


class AdminClient:
    """One keep-alive connection to `/__admin/`; a context manager that closes it.

    Args:
        url: Of the server, as in `http://127.0.0.1:8080`.
        token: What the server was started with, if anything.
        timeout_s: For each step of each request.
        authority: The certificate, as PEM, that an https URL's server is verified with; None: those of the system.
    """

    def __init__(
        self, url: str, token: str | None = None, timeout_s: float = 10, authority: str | None = None
    ) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise AdminError(f"{url!r} is no URL: {error}") from error
        if parts.scheme not in ("http", "https") or not host or parts.path not in ("", "/"):
            raise AdminError(f"{url!r} is no URL of a mock server; write for example http://127.0.0.1:8080")
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        connect: Callable[[], http.client.HTTPConnection]
        connect = partial(http.client.HTTPConnection, host, port, timeout=timeout_s)
        if parts.scheme == "https":
            context = _context(authority)
            connect = partial(http.client.HTTPSConnection, host, port, timeout=timeout_s, context=context)
        self._connection, self._holding = connect(), connect()
        self._generation = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, and let go of the server."""
        self._connection.close()
        self._holding.close()

    def hold(self, program: str) -> None:
        """Keep the server for this client alone until it is closed, or its process has ended, however it did.

        Nobody else can configure or reset it meanwhile.

        Args:
            program: What others are told, who ask for it meanwhile.

        Raises:
            AdminError: Another one holds it; the message says who.
        """
        asked = json.dumps({"program": program, "pid": os.getpid()})
        try:
            self._holding.request("POST", "/__admin/lease", asked, self._headers)
            response = self._holding.getresponse()
            line = response.readline(_LARGEST_ANSWER_BYTES)
            if response.status != HTTPStatus.OK:
                line += response.read(_LARGEST_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            self._holding.close()
            raise self._unreachable(error) from error
        try:
            self._headers[LEASE_HEADER] = self._read(response.status, line)["lease"]
        except AdminError:
            self._holding.close()
            raise

    def health(self) -> dict[str, Any]:
        """Say who the server is, after checking that it is one of this kind.

        Raises:
            NotThisServerError: It is something else, or speaks another version of this protocol.
            AdminError: It cannot be reached, or wants a token.
        """
        try:
            health = self._ask("GET", "health")
        except _UnexpectedAnswerError as error:
            raise NotThisServerError(f"{self._url} is not a mock server of this program: {error}") from error
        if health.get("server") != SERVER_NAME:
            raise NotThisServerError(f"{self._url} is not a mock server of this program")
        if health.get("protocol") != PROTOCOL:
            raise NotThisServerError(
                f"{self._url} speaks version {health.get('protocol')!r} of the admin protocol, this program "
                f"{PROTOCOL}; start the server with this program's own `mockserver serve`"
            )
        return health

    def config(self) -> ServerConfig:
        """Give the configuration in force.

        Raises:
            AdminError: It cannot be had.
        """
        return ServerConfig.model_validate(self._ask("GET", "config"))

    def generation(self) -> int:
        """Tell how often the configuration was changed since the server's start.

        Raises:
            AdminError: It cannot be had.
        """
        self._ask("GET", "config")
        return self._generation

    def configure(self, config: ServerConfig) -> int:
        """Put a configuration in force.

        Returns:
            Its generation. As long as `stats()` and `requests()` tell the same one, nobody has changed it.

        Raises:
            AdminError: The server does not take it; nothing has changed.
        """
        # The server may have to build or read the pages first.
        with self._patience(_CONFIGURE_S):
            self._ask("PUT", "config", config.model_dump_json(by_alias=True))
        return self._generation

    def stats(self) -> dict[str, Any]:
        """Give the numbers since the last reset.

        `requests` for pages were answered or met the fault that they should, `requests_begun` were begun, by
        whomever; `generation` counts the changes of the configuration since the server's start.

        Raises:
            AdminError: They cannot be had.
        """
        return self._ask("GET", "stats")

    def reset(self) -> None:
        """Start a new window of numbers and requests.

        Raises:
            AdminError: It could not be done.
        """
        self._ask("POST", "reset")

    def requests(self) -> dict[str, Any]:
        """Give the request log: columns of equal length, and the numbers `dropped` and `generation`.

        `job` and `attempt` are those of the request's own `X-Request-Id: JOB-ATTEMPT`; without one the page
        and 1, or where there are faults the number of such requests for it. `fault` is the kind of the one that it
        met, `status` that of its answer; None is what it has not.

        Raises:
            AdminError: It cannot be had.
        """
        with self._patience(_LOG_S):
            return self._ask("GET", "requests")

    def _ask(self, method: str, name: str, body: str | None = None) -> dict[str, Any]:
        return self._read(*self._exchange(method, f"/__admin/{name}", body))

    def _read(self, status: int, data: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(data)
        except ValueError as error:
            raise _UnexpectedAnswerError(f"it answered {status} without JSON") from error
        if not isinstance(answer, dict):
            raise _UnexpectedAnswerError(f"it answered {status} with other JSON")
        if status == HTTPStatus.OK:
            return answer
        message = f"{self._url}: {answer.get('error') or f'status {status}'}"
        raise (AdminError if "errors" in answer else _UnexpectedAnswerError)(message)

    @contextlib.contextmanager
    def _patience(self, at_least_s: float) -> Iterator[None]:
        usual_s = self._timeout_s
        try:
            self._set_timeout(max(usual_s, at_least_s))
            yield
        finally:
            self._set_timeout(usual_s)

    def _set_timeout(self, timeout_s: float) -> None:
        self._connection.timeout = timeout_s
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout_s)

    def _exchange(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        # A kept connection may have been closed by the server meanwhile; all of these may be repeated.
        kept = self._connection.sock is not None
        try:
            return self._exchange_once(method, path, body)
        except (ConnectionError, http.client.BadStatusLine) as error:
            if not kept:
                raise self._unreachable(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        try:
            return self._exchange_once(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error

    def _exchange_once(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        with contextlib.ExitStack() as on_error:
            on_error.callback(self._connection.close)
            headers = self._headers if body is None else self._headers | {"Content-Type": "application/json"}
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            data = response.read(_LARGEST_ANSWER_BYTES)
            generation = response.headers.get(GENERATION_HEADER, "")
            self._generation = int(generation) if generation.isdecimal() else 0
            on_error.pop_all()
            return response.status, data

    def _unreachable(self, error: Exception) -> AdminError:
        if isinstance(error, http.client.HTTPException) and not isinstance(error, ConnectionError):
            return NotThisServerError(
                f"{self._url} does not answer in HTTP ({error or type(error).__name__})"
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            return AdminError(
                f"{self._url} is certified by an authority that is not trusted here ({error.verify_message}); name the"
                " file that it was started with (--tls-ca FILE)"
            )
        if isinstance(error, ssl.SSLError):
            return AdminError(f"{self._url} does not speak TLS ({error.reason}); is it http://?")
        # What speaks TLS alone closes on a request that is none.
        closed = isinstance(error, http.client.RemoteDisconnected) and self._url.startswith("http:")
        hint = "; if it speaks TLS, write https:" if closed else ""
        return AdminError(f"{self._url} cannot be reached: {error or type(error).__name__}{hint}")


def _context(authority: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=authority)
    except (ssl.SSLError, ValueError) as error:
        raise AdminError(f"what is to verify the server is no certificate in PEM: {error}") from error


class _UnexpectedAnswerError(AdminError):
    """An answer that no mock server gives."""
