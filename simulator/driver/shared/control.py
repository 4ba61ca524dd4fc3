"""The driver's side of the conversation with the runner: events out, commands in, and a lifeline.

Events are JSON lines on one pipe, commands are words on another; standard output and error stay free for
whatever the parser prints. The lifeline is a pipe that the runner never writes to: when the runner is gone,
however it went, the kernel signals the driver's whole process group.
"""

from __future__ import absolute_import, division, unicode_literals

import io
import os
import signal
import sys
import threading

from .python import IRONPYTHON, JYTHON, to_json

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment] # .NET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any, NoReturn

PROTOCOL = 1
"""Version of what is described in protocol.md."""

# Python 2 has it there, PyPy only here.
ASYNC = getattr(os, "O_ASYNC", None) or getattr(fcntl, "FASYNC", None)


class Control(object):
    """Talks to the runner over inherited pipes; without pipes (by hand) it prints events and goes at once."""

    def __init__(self, events_fd, commands_fd, lifeline_fd):
        # type: (int | None, int | None, int | None) -> None
        self._events = None if events_fd is None else open_descriptor(events_fd, "wb")
        self._commands = None if commands_fd is None else open_descriptor(commands_fd, "rb")
        if lifeline_fd is not None:
            die_with(lifeline_fd)

    def say(self, event, **details):
        # type: (str, **Any) -> None
        """Send one event. Never called between "go" and the last record."""
        line = (to_json(dict(details, event=event)) + "\n").encode("ascii")
        if self._events is None:
            os.write(1, line)
            return
        try:
            self._events.write(line)
            self._events.flush()
            if IRONPYTHON:
                self._events.raw.flush()  # type: ignore[attr-defined] # its raw files have a buffer, too
        except (IOError, OSError):  # two types in Python 2
            end_group()

    def wait_for(self, command):
        # type: (str) -> None
        """Block until the runner sends this command; end everything when the runner is gone."""
        if self._commands is not None and self.next_command() != command:
            end_group()

    def next_command(self):
        # type: () -> str | None
        """Block until the runner sends a line; null without one, as when it is gone."""
        line = b"" if self._commands is None else self._commands.readline()
        return line.decode("utf-8").strip() or None

    @property
    def commands_fd(self):
        # type: () -> int
        """Where commands come in, for looking whether there is one."""
        return 0 if self._commands is None else self._commands.fileno()


def open_descriptor(number, mode):
    # type: (int, str) -> IO[bytes]
    """Return an inherited file descriptor as a file, which is not for what a parser starts.

    The JVM and .NET cannot adopt a descriptor by its number, but the system shows it as a file of its own.
    """
    if not (JYTHON or IRONPYTHON):
        fcntl.fcntl(number, fcntl.F_SETFD, fcntl.fcntl(number, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
        return os.fdopen(number, mode)
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return io.open("%s/%d" % (folder, number), mode, buffering=-1 if "w" in mode else 0)


def die_with(lifeline_fd):
    # type: (int) -> None
    """End this process group when the other end of the pipe closes.

    On Linux the kernel does it (fcntl(2), F_SETOWN and O_ASYNC: a pipe whose last writer closes raises its
    signal), so that a parser that never returns from C cannot hold it up. SIGTERM, not SIGKILL: multiprocessing's
    resource tracker ignores it, lives until its pipe closes, and removes the semaphores. Elsewhere, and on the JVM,
    which can always run one, a thread waits.
    """
    if is_leader() and ASYNC and hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(lifeline_fd, fcntl.F_SETFD, fcntl.fcntl(lifeline_fd, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
        fcntl.fcntl(lifeline_fd, fcntl.F_SETSIG, int(signal.SIGTERM))
        fcntl.fcntl(lifeline_fd, fcntl.F_SETOWN, -os.getpgrp())
        flags = fcntl.fcntl(lifeline_fd, fcntl.F_GETFL)
        fcntl.fcntl(lifeline_fd, fcntl.F_SETFL, flags | ASYNC | os.O_NONBLOCK)
        # The other end may have closed before the signal was armed: then this reads the end of the pipe.
        try:
            os.read(lifeline_fd, 1)
        except (IOError, OSError):  # nothing to read: it is open
            return
        end_group()

    lifeline = open_descriptor(lifeline_fd, "rb")

    def watch():
        # type: () -> None
        try:
            lifeline.read(1)
        except (IOError, OSError):  # the JVM closes files when it ends by itself
            return
        end_group()

    thread = threading.Thread(target=watch, name="lifeline")
    thread.daemon = True
    thread.start()


def is_leader():
    # type: () -> bool
    """Whether this process leads a group of its own; started by hand, its group is the shell's."""
    return hasattr(os, "getpgrp") and os.getpgrp() == os.getpid()


def end_group():
    # type: () -> NoReturn
    """End this driver and every process that it started."""
    if hasattr(os, "killpg") and is_leader():
        os.killpg(os.getpgrp(), signal.SIGTERM)
    leave(1)


def leave(code):
    # type: (int) -> NoReturn
    """End this process now, whatever its threads are doing."""
    if sys.platform.startswith("java"):
        from java.lang import Runtime  # noqa: PLC0415 - Jython's own

        Runtime.getRuntime().halt(code)  # exit() would wait for the JVM's shutdown hooks
    if IRONPYTHON:
        import clr  # noqa: PLC0415 - IronPython's own

        clr.AddReference("System")  # .NET Core begins with its core library alone
        from System.Diagnostics import Process  # noqa: PLC0415

        Process.GetCurrentProcess().Kill()  # its exit waits for all threads, also for one that holds a lock for ever
    os._exit(code)
