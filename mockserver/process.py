"""A mock server in processes of its own, owned by this one.

The configuration goes over the child's stdin, which then stays open: its end of file is how the server
learns that its owner is gone, however that ended, kill -9 included. So there is no way to leave one behind.
"""

import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, Self

from mockserver.config import ServerConfig

_START_S = 60.0
_WAKE_S = 0.1
_STOP_S = 5.0
_LAST_WORDS_BYTES = 4096


class ServerStartError(RuntimeError):
    """The mock server did not start; the message has its own words on why."""


class MockServer:
    """A running mock server; a context manager that stops it.

    Attributes:
        url: Where it listens, with an IP literal.
        pid: Process id of the only worker, or of the supervisor of several.
        pids: Process ids of all workers.
        token: What its admin side asks for.
        authority: The certificate, as PEM, that its clients verify it with; None where it speaks plain HTTP.
    """

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        errors: IO[bytes],
        url: str,
        pids: tuple[int, ...],
        token: str,
        authority: str | None,
    ) -> None:
        self._process = process
        self._errors = errors
        self._last_words = ""
        self.url = url
        self.pid = process.pid
        self.pids = pids
        self.token = token
        self.authority = authority

    @classmethod
    def start(
        cls,
        config: ServerConfig,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> "MockServer":
        """Start a server and wait until it accepts connections.

        Args:
            config: What to serve.
            host: Address to listen on.
            port: 0 takes a free one.
            token: Protects the admin side; without one it is a new one that nobody can guess.
            unwanted: Asked while waiting, whether it is to be given up.

        Raises:
            ServerStartError: It ended, did not get ready in time, or was given up.
        """
        # Not on a pipe: nobody reads it while the server runs, and a full one would stop the server.
        errors = tempfile.TemporaryFile()  # noqa: SIM115 (the server's life is longer than this function)
        # -P: a folder named mockserver where this runs must not be taken for this package.
        command = [sys.executable, "-P", "-m", "mockserver", "serve", "--supervised"]
        # Every user of this machine can connect. Others can read command lines, but no environment.
        token = token or secrets.token_urlsafe()
        process = subprocess.Popen(
            [*command, "--host", host, "--port", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "MOCKSERVER_TOKEN": token},
            # Ctrl-C in a terminal is for the owner, who stops the server when it is done with it.
            process_group=0,
        )
        try:
            _send(process, config)
            started = _await_ready(process, unwanted)
        except BaseException as error:
            _end(process)
            words = _tail(errors)
            errors.close()
            if isinstance(error, TimeoutError | OSError | ValueError):
                reason = words or f"it did not get ready: {error}"
                raise ServerStartError(reason.removeprefix("mockserver: ")) from error
            raise
        pids = tuple(started["pids"])
        return cls(process, errors, started["url"], pids, token, started["authority"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def alive(self) -> bool:
        """Say whether it still runs."""
        return self._process.poll() is None

    def last_words(self) -> str:
        """Give the end of what it wrote to stderr."""
        return self._last_words if self._errors.closed else _tail(self._errors)

    def stop(self) -> None:
        """End it, its workers included, and wait until it is gone. Does nothing the second time."""
        _end(self._process)
        if not self._errors.closed:
            self._last_words = _tail(self._errors)
            self._errors.close()


def _send(process: "subprocess.Popen[bytes]", config: ServerConfig) -> None:
    assert process.stdin is not None, "it was asked for"  # noqa: S101 (for mypy)
    process.stdin.write(config.model_dump_json(by_alias=True).encode() + b"\n")
    process.stdin.flush()


def _await_ready(process: "subprocess.Popen[bytes]", unwanted: Callable[[], bool]) -> dict[str, Any]:
    assert process.stdout is not None, "it was asked for"  # noqa: S101 (for mypy)
    line = b""
    deadline_s = time.monotonic() + _START_S
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError(f"nothing heard for {_START_S:.0f} s")
            if unwanted():
                raise TimeoutError("it is not wanted any more")
            if not selector.select(min(left_s, _WAKE_S)):
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                raise ValueError(f"it ended with exit code {process.wait()}")
            line += data
    started: dict[str, Any] = json.loads(line)
    return started


def _end(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:  # what it never read
                continue
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        # The group is its own (process_group=0): this reaches its workers and nobody else.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tail(errors: IO[bytes]) -> str:
    size = os.fstat(errors.fileno()).st_size
    start = max(size - _LAST_WORDS_BYTES, 0)
    return os.pread(errors.fileno(), _LAST_WORDS_BYTES, start).decode(errors="replace").strip()
