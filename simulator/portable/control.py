"""This driver's side of the conversation with the runner: events out, commands in, and a lifeline (protocol.md)."""

from __future__ import absolute_import, division, unicode_literals

import io
import json
import os
import signal
import sys
import threading

from .shared.python import IRONPYTHON, JYTHON

try:
    import fcntl
except ImportError:
    fcntl = None

# Python 2 has it there, PyPy only here.
ASYNC = getattr(os, "O_ASYNC", None) or getattr(fcntl, "FASYNC", None)


def open_descriptor(number, mode):
    """Return an inherited file descriptor as a file.

    The JVM and .NET cannot adopt a descriptor by its number, but the system shows it as a file of its own.
    """
    if not (JYTHON or IRONPYTHON):
        if fcntl is not None:  # not for what a parser starts
            fcntl.fcntl(number, fcntl.F_SETFD, fcntl.fcntl(number, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
        return os.fdopen(number, mode)
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return io.open("%s/%d" % (folder, number), mode, buffering=-1 if "w" in mode else 0)


class Control:
    """Talks to the runner over inherited pipes; without pipes (by hand) it prints events and goes at once."""

    def __init__(self, events_fd, commands_fd, lifeline_fd):
        self._events = None if events_fd is None else open_descriptor(events_fd, "wb")
        self._commands = None if commands_fd is None else open_descriptor(commands_fd, "rb")
        if lifeline_fd is not None:
            die_with(lifeline_fd)

    def say(self, event, **details):
        """Send one event. Never called between "go" and the last record."""
        details["event"] = event
        line = json.dumps(details) + "\n"
        if self._events is None:
            sys.stdout.write(line)
            sys.stdout.flush()
            return
        try:
            self._events.write(line.encode("ascii"))
            self._events.flush()
        except (IOError, OSError):  # two types in Python 2
            end()

    def wait_for(self, command):
        """Block until the runner sends this command; end everything when the runner is gone."""
        if self._commands is None:
            return
        if self._commands.readline().strip() != command.encode("ascii"):
            end()


def die_with(lifeline_fd):
    """End this process when the other end of the pipe closes.

    Where the kernel can send the signal (Linux; CPython, PyPy) it does, so that a parser that never returns from
    C cannot hold it up; elsewhere a thread waits, which a JVM can always run.
    """
    lifeline = open_descriptor(lifeline_fd, "rb")
    if ASYNC and hasattr(fcntl, "F_SETSIG") and os.getpgrp() == os.getpid():
        fcntl.fcntl(lifeline_fd, fcntl.F_SETSIG, int(signal.SIGTERM))
        fcntl.fcntl(lifeline_fd, fcntl.F_SETOWN, -os.getpgrp())
        flags = fcntl.fcntl(lifeline_fd, fcntl.F_GETFL)
        fcntl.fcntl(lifeline_fd, fcntl.F_SETFL, flags | ASYNC)

    # Also beside the signal: the other end may have closed before it was armed.
    def watch():
        try:
            lifeline.read(1)
        except (IOError, OSError):  # the JVM closes files when it ends by itself
            return
        end()

    thread = threading.Thread(target=watch, name="lifeline")
    thread.daemon = True
    thread.start()


def end():
    """End this driver and every process that its parser started."""
    if hasattr(os, "killpg") and hasattr(os, "getpgrp") and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGTERM)
    leave(1)


def leave(code):
    """End this process now, whatever its threads are doing."""
    if JYTHON:
        from java.lang import Runtime  # noqa: PLC0415 - Jython's own

        Runtime.getRuntime().halt(code)  # exit() would wait for the JVM's shutdown hooks
    os._exit(code)
