"""A driver as a child: in a session of its own, with pipes for events, commands and a lifeline, and an end."""

import contextlib
import json
import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulator.driver.strategies.starting import cause_of_death
from simulator.runner.family import READABLE, session_members
from simulator.runner.scratch import LONGEST
from simulator.runner.stop import WAKE_S, Stop

DRIVER = Path(__file__).resolve().parent.parent / "driver"
PORTABLE_DRIVER = DRIVER.with_name("portable")
"""For every Python that the other cannot run on: PyPy, Jython, IronPython, CPython older than 3.11."""
LAST_WORDS_BYTES = 4000
MOST_LOG_BYTES = 1 << 20
"""Of what the driver and its parser print; looked at whenever the runner wakes."""
WAKE_EVERY_S = 1.0
"""While a window may be open the runner wakes no more often than this."""
TERM_GRACE_S = 0.5
KILL_GRACE_S = 5.0


class DriverError(Exception):
    """The driver gave no numbers: what became of it, for a person."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class TimeLimitError(DriverError):
    """It did not end in time; `at` is the last thing it said it had begun, if any (protocol.md, `at`)."""

    def __init__(self, reason: str, at: Mapping[str, Any] | None) -> None:
        super().__init__("failed", reason)
        self.at = at


class DriverProcess:
    """Context manager: on leaving it, no process of the driver's session is left."""

    def __init__(
        self,
        python: str,
        job: Mapping[str, Any],
        folder: Path,
        *,
        time_limit_s: float,
        driver: Path = DRIVER,
        stop: Stop | None = None,
    ) -> None:
        self._stop = stop or Stop()
        self._folder = folder
        self._log = folder / "driver.log"
        self._deadline = time.monotonic() + time_limit_s
        self._time_limit_s = time_limit_s
        job_file = folder / "job.json"
        job_file.write_text(json.dumps(job), encoding="utf-8")
        events_read, events_write = os.pipe()
        commands_read, commands_write = os.pipe()
        lifeline_read, self._lifeline = os.pipe()
        inherited = (events_write, commands_read, lifeline_read)
        # -P, also in all that it starts with -c: the current folder is not to be trusted with modules named queue or
        # types. Pythons that the main driver cannot run on may not have it.
        command = [python, *(("-P",) if driver == DRIVER else ()), str(driver), str(job_file)]
        names = ("--events-fd", "--commands-fd", "--lifeline-fd")
        for name, fd in zip(names, inherited, strict=True):
            command += [name, str(fd)]
        self.launched = time.monotonic()
        try:
            # Appending, so that whoever prints goes on at the end also of a file that was cut.
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=inherited,
                    start_new_session=True,
                    # Sets iterate, and so records are built, in the same order in every process and repetition.
                    # What multiprocessing or a parser leaves in the temporary folder goes with this one.
                    env={**os.environ, "PYTHONHASHSEED": "0", **_temporary(folder)},
                )
        except OSError as error:
            os.close(self._lifeline)
            os.close(events_read)
            os.close(commands_write)
            raise DriverError(
                "unsupported",
                f"{python} cannot be started: {error.strerror}; --python takes the path of a Python interpreter",
            ) from error
        finally:
            for fd in inherited:
                os.close(fd)
        self.session = self._process.pid
        self._commands = os.fdopen(commands_write, "w", encoding="utf-8")
        self._events = events_read
        self._buffer = b""
        self.at: Mapping[str, Any] | None = None
        """The last thing that the driver said it had begun."""
        self._cut = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def send(self, command: str) -> None:
        """Send one command; a driver that is gone is noticed by the next wait_for."""
        with contextlib.suppress(BrokenPipeError):
            self._commands.write(command + "\n")
            self._commands.flush()

    def wait_for(
        self,
        event: str,
        on_wake: Callable[[], None] | None = None,
        on_asking: Callable[[Mapping[str, Any]], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Return the next event, which must be this one.

        Args:
            event: that is due.
            on_wake: called whenever a second has passed without one.
            on_asking: called with each event `asking` that comes before it.

        Raises:
            DriverError: the driver said why it cannot go on, ended, or passed its time limit.
            Stopped: nobody wants it any more.
        """
        while True:
            message = self._next(event, on_wake)
            if message["event"] == AT:
                self.at = message
            elif message["event"] == ASKING:
                on_asking(message)
            else:
                break
        if message["event"] in ("failed", "unsupported"):
            raise DriverError(message["event"], message["reason"])
        if message["event"] != event:
            raise DriverError("failed", f"the driver said {message['event']!r} where {event!r} was due")
        return message

    def passes(self, seconds: float, on_wake: Callable[[], None] | None = None) -> None:
        """Wait so long, or until the driver says something, which is left for wait_for.

        Args:
            seconds: how long, at the most.
            on_wake: called whenever a second has passed.

        Raises:
            DriverError: the driver ended, or passed its time limit.
            Stopped: nobody wants it any more.
        """
        self._read("parked", on_wake, time.monotonic() + seconds)

    def _next(self, event: str, on_wake: Callable[[], None] | None) -> dict[str, Any]:
        self._read(event, on_wake)
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _read(self, event: str, on_wake: Callable[[], None] | None, until: float = math.inf) -> None:
        """Read until a whole event is there, or a moment has come."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._events, selectors.EVENT_READ)
            selector.register(self._stop, selectors.EVENT_READ)
            while b"\n" not in self._buffer and (now := time.monotonic()) < until:
                left = self._deadline - now
                if left <= 0:
                    raise TimeLimitError(
                        f"no end after {self._time_limit_s:g} s, the time limit of a repetition, while waiting for"
                        f" {WAITING[event]}; a parser that never returns does this, else raise time_limit",
                        self.at,
                    )
                ready = selector.select(min(left, until - now, WAKE_EVERY_S))
                self._bound_log()
                self._stop.check()
                if ready:
                    chunk = os.read(self._events, 65536)
                    if not chunk:
                        raise DriverError("failed", self._obituary())
                    self._buffer += chunk
                elif on_wake is not None and until - now > WAKE_EVERY_S:
                    on_wake()

    def finish(self) -> None:
        """Wait until the driver has ended by itself. Raises DriverError if it did not end well, and Stopped."""
        while True:
            left_s = max(0.1, self._deadline - time.monotonic())
            try:
                code = self._process.wait(timeout=min(left_s, WAKE_S))
                break
            except subprocess.TimeoutExpired as error:
                self._bound_log()
                self._stop.check()
                if left_s <= WAKE_S:
                    raise DriverError("failed", "the driver wrote its samples but did not end") from error
        if code:
            raise DriverError("failed", self._obituary())

    def last_words(self) -> str:
        """Return the tail of what the driver and its parser printed."""
        try:
            with self._log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_WORDS_BYTES))
                words = (self._cut + log.read())[-LAST_WORDS_BYTES:]
                return words.decode(errors="replace").strip()
        except OSError:
            return ""

    def _bound_log(self) -> None:
        """Forget all but the tail of what was printed, once that is much: it must not fill the disk."""
        with contextlib.suppress(OSError):
            size = self._log.stat().st_size
            if size > MOST_LOG_BYTES:
                with self._log.open("rb+") as log:
                    log.seek(size - LAST_WORDS_BYTES)
                    self._cut = log.read(LAST_WORDS_BYTES)
                    log.truncate(0)

    def end(self) -> None:
        """End every process of the session and close the pipes."""
        # First SIGTERM: multiprocessing's resource tracker ignores it and lives on to remove the semaphores.
        for number, grace_s in ((signal.SIGTERM, TERM_GRACE_S), (signal.SIGKILL, KILL_GRACE_S)):
            try:
                os.killpg(self.session, number)
            except (ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
                break
            if self._gone_within(grace_s):
                break
        self._process.wait()
        if self._lifeline >= 0:
            for fd in (self._lifeline, self._events):
                os.close(fd)
            self._lifeline = -1
            with contextlib.suppress(BrokenPipeError):
                self._commands.close()

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while True:
            self._process.poll()
            if self._gone():
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)

    def _gone(self) -> bool:
        """Whether nothing of the session runs; what has ended and waits for init to notice does not count."""
        if READABLE:
            return not session_members(self.session)
        try:
            os.killpg(self.session, 0)
        except (ProcessLookupError, PermissionError):
            return True
        return False

    def _obituary(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "the driver closed its pipe and hangs"
        return f"the driver {cause_of_death(code)}"


AT = "at"
"""Event: something has begun that may take long. It is no answer to anything."""
ASKING = "asking"
"""Event: requests have begun or ended between which the server serves nobody else. Likewise."""


def _temporary(folder: Path) -> dict[str, str]:
    """Return what makes a folder the temporary one, unless a socket's path in it would be too long."""
    return {"TMPDIR": str(folder)} if len(str(folder)) <= LONGEST else {}


WAITING = {
    "ready": "the workers to start and warm up",
    "parked": "the last record",
    "begun": "the probed function to be called",
    "answer": "an answer about the function or client that is looked at",
    "emptied": "what was measured to be written",
    "described": "the driver to say what it is",
    "written": "the preflight (one parse of every page, alone)",
}


def default_python() -> str:
    """Return the interpreter that runs this program: it runs the driver too unless --python names another."""
    return sys.executable
