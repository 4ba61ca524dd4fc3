"""Asking a run to stop, from any thread or a signal handler."""

import contextlib
import os
import subprocess
import time
import weakref

WAKE_S = 0.1
"""How often those that wait for a process look, while no window is open."""


class Stopped(Exception):  # noqa: N818 - not an error: it was asked for
    """What was being done was given up, because it was asked for."""


class Stop:
    """Set once, by anybody: whoever runs, waits or measures for it then gives up at once and cleans up.

    No lock is taken: a signal handler may set it, whatever its thread is doing.
    """

    def __init__(self) -> None:
        self._set = False
        self._pipe: tuple[int, int] | None = None

    def set(self) -> None:
        """Ask for it."""
        self._set = True
        self._wake()

    def is_set(self) -> bool:
        """Whether it was asked for."""
        return self._set

    def check(self) -> None:
        """Raise Stopped if it was asked for."""
        if self._set:
            raise Stopped

    def wait(self, seconds: float = WAKE_S) -> None:
        """Sleep. Raises Stopped as soon as it is asked for, give or take a tenth of a second."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, WAKE_S))
        self.check()

    def fileno(self) -> int:
        """Return a descriptor that can be read from as soon as it is asked for: for those that must not poll."""
        if self._pipe is None:
            self._pipe = os.pipe()
            weakref.finalize(self, _close, *self._pipe)
            if self._set:
                self._wake()
        return self._pipe[0]

    def _wake(self) -> None:
        if self._pipe is not None:
            os.write(self._pipe[1], b"!")


def communicate(
    process: "subprocess.Popen[str]", time_limit_s: float, stop: Stop | None
) -> tuple[str, str | None]:
    """Wait until a process has ended and return what it printed, on standard output and, where apart, as errors.

    Raises:
        subprocess.TimeoutExpired: it goes on after that long.
        Stopped: it was asked for; the process goes on.
    """
    deadline = time.monotonic() + time_limit_s
    while True:
        left_s = max(0.0, deadline - time.monotonic())
        try:
            return process.communicate(timeout=min(left_s, WAKE_S))
        except subprocess.TimeoutExpired:
            if stop is not None:
                stop.check()
            if not left_s:
                raise


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
