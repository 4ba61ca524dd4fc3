"""Linux's timerfd: a file descriptor that becomes readable at absolute moments of CLOCK_MONOTONIC."""

import os
import sys
import time
from collections.abc import Callable

Create = Callable[[], int]
"""Returns a new file descriptor, which does not block."""
Arm = Callable[[int, int, int], None]
"""Has the file descriptor expire at a moment (ns), and from then on every so many ns; 0: once."""


def system_calls() -> "tuple[Create, Arm]":
    """Return (make a timerfd, arm it).

    Raises:
        ImportError, AttributeError: there is none here.
    """
    if sys.version_info >= (3, 13):
        flags, absolute = os.TFD_NONBLOCK | os.TFD_CLOEXEC, os.TFD_TIMER_ABSTIME
        return (
            lambda: os.timerfd_create(time.CLOCK_MONOTONIC, flags=flags),
            lambda fd, due_ns, every_ns: (
                os.timerfd_settime_ns(fd, flags=absolute, initial=due_ns, interval=every_ns) and None
            ),
        )
    import ctypes  # noqa: PLC0415 - only where something is to wait

    libc = ctypes.CDLL(None, use_errno=True)
    make, arm, absolute = libc.timerfd_create, libc.timerfd_settime, 1
    itimerspec = ctypes.c_long * 4  # interval (s, ns), first expiration (s, ns)

    def create() -> int:
        # TFD_NONBLOCK and TFD_CLOEXEC are defined as O_NONBLOCK and O_CLOEXEC.
        fd: int = make(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create failed")
        return fd

    def settime(fd: int, due_ns: int, every_ns: int) -> None:
        wanted = itimerspec(*divmod(every_ns, 1_000_000_000), *divmod(due_ns, 1_000_000_000))
        if arm(fd, absolute, ctypes.byref(wanted), None) < 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime failed")

    return create, settime


NONE_HERE = (ImportError, AttributeError, OSError)
"""Raised where there is no timerfd: not Linux, a Python without ctypes, or a system that forbids it."""


def ticking(first_ns: int, every_ns: int) -> int:
    """Return a new timerfd that expires at a moment (ns), and from then on every so many ns. Raises NONE_HERE."""
    create, arm = system_calls()
    fd = create()
    try:
        arm(fd, first_ns, every_ns)
    except BaseException:
        os.close(fd)
        raise
    return fd


class Timerfds:
    """A timerfd for each that waits at the same time, which is kept for the next one."""

    def __init__(self) -> None:
        self._create, self._arm = system_calls()
        self._all = [self._create()]  # now, so that whoever cannot have one hears of it before he waits
        self._free = [*self._all]

    def armed(self, due_ns: int) -> int:
        """Return a file descriptor that becomes readable at a moment (ns)."""
        if not self._free:
            self._free.append(self._create())
            self._all.append(self._free[-1])
        fd = self._free.pop()
        self._arm(fd, due_ns, 0)
        return fd

    def fired(self, fd: int) -> None:
        """Take back one that is readable."""
        os.read(fd, 8)
        self._free.append(fd)

    def close(self) -> None:
        """Release all of them; nobody waits any more."""
        for fd in self._all:
            os.close(fd)
        self._all.clear()
