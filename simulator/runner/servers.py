"""The mock servers of a run: its own, one per (workers, addresses, loop, TLS), or one that the user has started."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mockserver.addresses import urls
from mockserver.admin import AdminClient, AdminError, NotThisServerError
from mockserver.config import ServerConfig
from mockserver.process import MockServer, ServerStartError
from simulator.environment import boot_id, pid_namespace, time_namespace
from simulator.runner.affinity import Binding
from simulator.runner.stop import Stop


class ServerError(Exception):
    """The mock server cannot be used; the text says why and what to do."""


class ServerLacksError(ServerError):
    """It cannot be what one cell asks for; others it can serve. The text says why and what to do."""


class Server:
    """One mock server, seen through its admin side."""

    def __init__(
        self, url: str, admin: AdminClient, process: MockServer | None, authority: str | None = None
    ) -> None:
        self.url = url
        self.authority = authority
        """The certificate, as PEM, that clients verify it with; null where it speaks plain HTTP."""
        self._admin = admin
        self._process = process
        self._config: ServerConfig | None = None
        self.generation: int | None = None
        """Of the configuration that was set here; the server has another one where somebody else has set one since."""
        with self._clear_errors():
            health = admin.health()
        self._encodings: Sequence[str] | None = health.get("encodings")
        """That it has libraries for; null: an older server does not say."""
        ours = (boot_id(), time_namespace())
        theirs = (health.get("boot_id"), health.get("time_namespace"))
        self.same_clock = None not in ours and ours == theirs
        """Whether its CLOCK_MONOTONIC stamps and the driver's can be compared."""
        same_pids = self.same_clock and health.get("pid_namespace") == pid_namespace()
        self.pids: tuple[int, ...] = tuple(health["pids"]) if same_pids else ()
        """Its processes, if they can be looked at from here: a container's pids name others outside of it."""
        self.idle_pids: tuple[int, ...] = ()
        """Of the run's other own servers, which have nothing to do meanwhile."""
        # The supervisor of several workers is no worker, and has threads of its own to keep away.
        bound = self.pids if process is None else tuple(dict.fromkeys((*self.pids, process.pid)))
        self.binding = Binding(bound, f"the mock server at {url}")
        """On which CPUs it may run."""

    @property
    def urls(self) -> tuple[str, ...]:
        """Where it listens. Raises ServerError where it is on several addresses and its own is a name."""
        try:
            return urls(self.url, 1 if self._config is None else self._config.addresses)
        except ValueError as error:
            raise ServerError(
                f"--server {self.url}: name the address that it was started on: {error}"
            ) from error

    def configure(self, config: ServerConfig) -> None:
        """Make it serve this from now on; does nothing if it does already, and nobody else has changed it.

        Raises:
            ServerLacksError: it cannot.
            ServerError: it does not answer as it should.
        """
        if self._encodings is not None and config.encoding not in self._encodings:
            raise ServerLacksError(
                f"server.encoding: the mock server at {self.url} has no library for {config.encoding}; install it there"
                f" (pip install 'gil-simulator[encodings]'), or choose {' or '.join(self._encodings)}"
            )
        with self._clear_errors():
            # Asked in any case: it is known soon that a frozen server does not answer, which may build pages for long.
            if self._admin.generation() != self.generation or config != self._config:
                self.generation = self._admin.configure(config)
                self._config = config

    def reset(self) -> None:
        """Forget all statistics and logged requests."""
        with self._clear_errors():
            self._admin.reset()

    def stats(self) -> Mapping[str, Any]:
        """Return /__admin/stats."""
        with self._clear_errors():
            return self._admin.stats()

    def requests(self) -> Mapping[str, Any]:
        """Return /__admin/requests: the stamps by request id."""
        with self._clear_errors():
            return self._admin.requests()

    def content_pages(self) -> int:
        """Return how many different pages it has now."""
        return int(self.stats()["content"]["pages"])

    def content_problems(self) -> tuple[str, ...]:
        """Return what it does not serve of its content folder: a sentence for each reason."""
        return tuple(self.stats()["content"].get("problems", ()))

    def content_left_out(self) -> int | None:
        """Return how many files and folders those are; null: an older server does not say."""
        found = self.stats()["content"].get("left_out")
        return None if found is None else int(found)

    def write_authority(self, folder: Path) -> Path | None:
        """Write what the driver's clients verify it with into a folder; null where there is nothing to write."""
        if self.authority is None:
            return None
        file = folder / "authority.pem"
        file.write_text(self.authority, encoding="ascii")
        return file

    def close(self) -> None:
        """Close the admin connection, and end the server if it is ours."""
        self._admin.close()
        if self._process is not None:
            self._process.stop()

    @contextlib.contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except NotThisServerError as error:
            raise ServerError(str(error)) from error
        except (AdminError, OSError) as error:
            if self._process is not None and not self._process.alive():
                words = self._process.last_words()
                raise ServerError(f"the mock server has ended{': ' + words if words else ''}") from error
            raise ServerError(
                f"the mock server at {self.url} does not answer as it should: {error}"
            ) from error


class Servers:
    """Context manager: on leaving it, own servers have ended and a borrowed one has configuration and CPUs back."""

    def __init__(
        self,
        borrowed_url: str | None = None,
        token: str | None = None,
        stop: Stop | None = None,
        authority: Path | None = None,
    ) -> None:
        self._stop = stop or Stop()
        self._own: dict[tuple[object, ...], Server] = {}
        self._borrowed: Server | None = None
        self._restore: ServerConfig | None = None
        self._borrowed_url = borrowed_url
        self._token = token
        self._authority = authority

    def __enter__(self) -> Self:
        if self._borrowed_url is not None:
            authority = None if self._authority is None else read_authority(self._authority)
            if authority is None and self._borrowed_url.startswith("https:"):
                raise ServerError(
                    f"{self._borrowed_url} speaks TLS; name with --server-ca the file of its certificate, which it"
                    " wrote where it was started with --tls-ca FILE"
                )
            try:
                admin = AdminClient(self._borrowed_url, self._token, authority=authority)
            except AdminError as error:
                raise ServerError(str(error)) from error
            try:
                self._borrowed = Server(self._borrowed_url.rstrip("/"), admin, None, authority)
                admin.hold("simulator")
                self._restore = admin.config()
            except (AdminError, OSError) as error:
                admin.close()
                raise ServerError(str(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._borrowed is not None:
            with contextlib.suppress(ServerError):  # it may be gone; there is nothing to restore then
                if self._restore is not None:
                    self._borrowed.configure(self._restore)
            self._borrowed.binding.restore()
            self._borrowed.close()
        for server in self._own.values():
            server.close()
        self._own.clear()

    def serving(self, config: ServerConfig) -> Server:
        """Return a server that serves this configuration, started if there is none. Raises ServerError and Stopped."""
        self._stop.check()
        if self._borrowed is not None:
            # How many processes and addresses it has and which loop is for whoever started it to say.
            current = self._restore or config
            if config.tls != current.tls:
                asked, speaks = ("true", "plain HTTP") if config.tls else ("false", "TLS")
                raise ServerError(
                    f"server.tls is {asked}, and the mock server at {self._borrowed_url} speaks {speaks}; start it"
                    f" {'with' if config.tls else 'without'} --tls, or leave --server out"
                )
            fixed = {name: getattr(current, name) for name in ("workers", "addresses", "loop")}
            wanted = config.model_copy(update=fixed)
            self._borrowed.configure(wanted)
            return self._borrowed
        key = _fixed(config)
        server = self._own.get(key)
        if server is None:
            try:
                process = MockServer.start(config, unwanted=self._stop.is_set)
            except ServerStartError as error:
                self._stop.check()
                raise ServerError(str(error)) from error
            admin = AdminClient(process.url, process.token, authority=process.authority)
            server = self._own[key] = Server(process.url, admin, process, process.authority)
        server.configure(config)
        server.idle_pids = tuple(
            pid for other in self._own.values() if other is not server for pid in other.pids
        )
        return server

    def drop(self, config: ServerConfig) -> None:
        """Forget an own server that has died, so that the next repetition gets a new one."""
        server = self._own.pop(_fixed(config), None)
        if server is not None:
            server.close()


def _fixed(config: ServerConfig) -> tuple[object, ...]:
    """Return what a server cannot change while it runs."""
    return config.workers, config.addresses, config.loop, config.tls


def read_authority(file: Path) -> str:
    """Return the certificate in a file. Raises ServerError."""
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no certificate in PEM"
        raise ServerError(f"--server-ca {file}: {reason}") from error
