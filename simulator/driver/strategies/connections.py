"""Whose clients, connections and TLS contexts are: each worker's, shared by all, or made for each request."""

import sys
import threading
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from ..clients import CLIENTS, Response, Settings, library_of
from ..shared.failure import Failure
from ..spec import PER_REQUEST, SHARED, Spec

Made = Callable[[Settings], Any]
"""Makes a client."""


def opener(spec: Spec, made: Made, name: str, kind: str, width: int) -> "Callable[[], Any]":
    """Return what opens the client of each worker of a shard.

    Args:
        spec: the job.
        made: makes a client of it.
        name: of the client.
        kind: `blocking` or `asyncio`.
        width: jobs in flight in this shard.

    Raises:
        Failure: the client cannot be used as the job asks.
    """
    refuse(spec, name, kind, width)
    settings = settings_maker(spec, name, width)
    if spec.connections == SHARED and width > 1:
        shared = (Shared if kind == "blocking" else SharedAsync)(made(settings()), width)
        return lambda: shared
    if spec.connections == PER_REQUEST:
        each = (PerRequest if kind == "blocking" else PerRequestAsync)(made, settings)
        return lambda: each
    return lambda: made(settings())


def refuse(spec: Spec, name: str, kind: str, width: int) -> None:
    """Raise Failure where this client does not do what the job asks."""
    library = library_of(name)
    if spec.connections == SHARED and kind == "blocking" and width > 1 and not threads_share(name):
        others = [one for one, has in CLIENTS.items() if has.threads_share and kind in has.kinds]
        raise Failure(
            "unsupported",
            f"threads must not share one client of {name}, and job.connections is shared; write per_worker, or another"
            f" job.client ({', '.join(others)})",
        )
    if spec.tls is not None and library.tls is None:
        raise Failure(
            "unsupported", f"the client {name} speaks no TLS; write server.tls: false, or another job.client"
        )
    if spec.tls is not None and spec.tls.context != SHARED and library.tls == "ca_file":
        raise Failure(
            "unsupported",
            f"the client {name} makes its own TLS contexts, which job.tls_context: {spec.tls.context} does not reach;"
            " write shared, or another job.client",
        )
    if name in CLIENTS:
        refuse_encoding(spec.accept_encoding, name)


def refuse_encoding(asked: str, name: str) -> None:
    """Raise Failure where nobody here would decode what the job asks for."""
    for encoding in [one.strip().partition(";")[0] for one in asked.split(",")]:
        if encoding in ("", "identity", "*"):
            continue
        needed = CLIENTS[name].decodes.get(encoding)
        if needed is None or (needed and not any(map(is_there, needed))):
            install = f"install {' or '.join(needed)} there, or " if needed else ""
            raise Failure(
                "unsupported",
                f"the client {name} cannot decode {encoding} in {sys.executable}; {install}write another"
                " server.encoding or job.client",
            )


def is_there(module: str) -> bool:
    """Whether a module could be imported, which is not done."""
    try:
        return find_spec(module) is not None
    except ImportError:  # of the package that it is in
        return False


def threads_share(name: str) -> bool:
    """Whether threads may share one client of this name: of the user's own it says so itself."""
    if name in CLIENTS:
        return CLIENTS[name].threads_share
    from ..clients.user_client import find_client  # noqa: PLC0415 - the user's own only

    return bool(getattr(find_client(name), "threads_share", False))


def settings_maker(spec: Spec, name: str, width: int) -> "Callable[[], Settings]":
    """Return what gives the settings of each new client, with a TLS context as the job says."""
    kept = 1 if spec.connections != SHARED else spec.pool or width
    tls = spec.tls
    plain = Settings(
        spec.base_url, spec.accept_encoding, spec.timeout_s, None, kept, tls.ca_file if tls else None
    )
    if tls is None or library_of(name).tls != "context":
        return lambda: plain
    from ..clients.tls import new_context, shared_context  # noqa: PLC0415 - only for https

    ca_file = tls.ca_file
    try:
        verified = plain._replace(tls=shared_context(ca_file))
    except OSError as error:
        raise Failure("failed", f"the certificate in {ca_file} cannot be read: {error}") from error
    return (lambda: verified) if tls.context == SHARED else (lambda: plain._replace(tls=new_context(ca_file)))


class Shared:
    """One client of all workers of a shard, which the last of them closes."""

    def __init__(self, client: Any, users: int) -> None:
        self.fetch = client.fetch
        self._client = client
        self._users = users
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections, where nobody else needs them."""
        if self._last():
            self._client.close()

    def _last(self) -> bool:
        with self._lock:
            self._users -= 1
            return self._users == 0


class SharedAsync(Shared):
    """The same on a loop."""

    async def close(self) -> None:  # type: ignore[override]
        """Close the connections, where nobody else needs them."""
        if self._last():
            await self._client.close()


class PerRequest:
    """Makes a client for each request."""

    def __init__(self, made: Made, settings: "Callable[[], Settings]") -> None:
        self._made, self._settings = made, settings

    def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        client = self._made(self._settings())
        try:
            found: Response = client.fetch(url, headers)
        finally:
            client.close()
        return found

    def close(self) -> None:
        """Do nothing: no client lives longer than its request."""


class PerRequestAsync:
    """The same on a loop."""

    def __init__(self, made: Made, settings: "Callable[[], Settings]") -> None:
        self._made, self._settings = made, settings

    async def fetch(self, url: str, headers: "Mapping[str, str] | None" = None) -> Response:
        """Return the whole response."""
        client = self._made(self._settings())
        try:
            found: Response = await client.fetch(url, headers)
        finally:
            await client.close()
        return found

    async def close(self) -> None:
        """Do nothing: no client lives longer than its request."""
