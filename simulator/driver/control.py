"""The driver's side of the conversation with the runner: events out, commands in, and a lifeline.

Events are JSON lines on one pipe, commands are words on another; standard output and error stay free for
whatever the parser prints. The lifeline is a pipe that the runner never writes to: when the runner is gone,
however it went, the kernel signals the driver's whole process group.
"""

import contextlib
import fcntl
import json
import os
import signal
import threading
from typing import Any, NoReturn


class Control:
    """Talks to the runner over inherited pipes; without pipes (by hand) it prints events and goes at once."""

    def __init__(self, events_fd: "int | None", commands_fd: "int | None", lifeline_fd: "int | None") -> None:
        self._events = os.fdopen(events_fd, "w", encoding="utf-8") if events_fd is not None else None
        self._commands = os.fdopen(commands_fd, encoding="utf-8") if commands_fd is not None else None
        for fd in (events_fd, commands_fd, lifeline_fd):
            if fd is not None:
                os.set_inheritable(fd, False)
        if lifeline_fd is not None:
            die_with(lifeline_fd)

    def say(self, event: str, **details: Any) -> None:
        """Send one event. Never called between "go" and the last record."""
        line = json.dumps({"event": event, **details})
        if self._events is None:
            os.write(1, line.encode() + b"\n")
            return
        try:
            self._events.write(line + "\n")
            self._events.flush()
        except BrokenPipeError:
            end_group()

    def wait_for(self, command: str) -> None:
        """Block until the runner sends this command; end everything when the runner is gone."""
        if self._commands is None:
            return
        line = self._commands.readline()
        if line.strip() != command:
            end_group()

    def next_command(self) -> "str | None":
        """Block until the runner sends a line; null without one, as when it is gone."""
        line = "" if self._commands is None else self._commands.readline()
        return line.strip() or None

    @property
    def commands_fd(self) -> int:
        """Where commands come in, for looking whether there is one."""
        return 0 if self._commands is None else self._commands.fileno()


def die_with(lifeline_fd: int) -> None:
    """End this process group when the other end of the pipe closes.

    On Linux the kernel does it (fcntl(2), F_SETOWN and O_ASYNC: a pipe whose last writer closes raises its
    signal), so that a parser that never returns from C cannot hold it up. SIGTERM, not SIGKILL: multiprocessing's
    resource tracker ignores it, lives until its pipe closes, and removes the semaphores. Elsewhere a thread waits.
    """
    if os.getpgrp() != os.getpid():
        return  # started by hand: the group is the shell's
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(lifeline_fd, fcntl.F_SETSIG, signal.SIGTERM)
        fcntl.fcntl(lifeline_fd, fcntl.F_SETOWN, -os.getpgrp())
        flags = fcntl.fcntl(lifeline_fd, fcntl.F_GETFL)
        fcntl.fcntl(lifeline_fd, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
        # The other end may have closed before the signal was armed: then this reads the end of the pipe.
        with contextlib.suppress(BlockingIOError):
            os.read(lifeline_fd, 1)
            end_group()
        return

    def watch() -> None:
        os.read(lifeline_fd, 1)
        end_group()

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def end_group() -> NoReturn:
    """End this driver and every process that it started."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGTERM)
    os._exit(1)
