"""Under what the interpreter runs the job: CPUs, how long a thread may hold its lock, where modules are found."""

from __future__ import absolute_import, division, unicode_literals

import os
import sys

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment] # Windows, the JVM, .NET

from .failure import Failure
from .python import IMPLEMENTATION, native

INSTALLED = ("site-packages", "dist-packages")
"""What folders are called in which installers put packages."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def allow_descriptors():
    # type: () -> None
    """Let this process, and all that it starts, open as many files as its hard limit allows: each connection is one."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:  # noqa: SIM105 - Python 2 has no suppress
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, EnvironmentError):  # macOS takes no "unlimited"
        pass


def bind_to_cpus(cpus):
    # type: (Sequence[int] | None) -> None
    """Let this thread, and all threads and processes that it starts, run on these CPUs only; null changes nothing.

    Raises Failure where that cannot be done.
    """
    if cpus is None:
        return
    if not hasattr(os, "sched_setaffinity"):
        who = "this system" if IMPLEMENTATION == "CPython" else IMPLEMENTATION
        raise Failure("unsupported", "%s does not bind processes to CPUs; remove affinity.driver" % who)
    wanted = ", ".join(map(str, cpus))
    try:
        os.sched_setaffinity(0, cpus)
    except OSError as error:
        raise Failure(
            "unsupported",
            "the driver cannot be bound to CPU %s: %s; choose other CPUs or remove affinity.driver"
            % (wanted, error.strerror),
        )
    have = sorted(os.sched_getaffinity(0))
    if have != sorted(set(cpus)):  # the kernel leaves out in silence what is not allowed
        raise Failure(
            "unsupported",
            "of the CPUs %s the driver may use only %s; write these in affinity.driver"
            % (wanted, ", ".join(map(str, have))),
        )


def set_switch_interval(seconds):
    # type: (float | None) -> None
    """Set after how long this interpreter asks a thread to hand its lock over; null changes nothing.

    Raises Failure where the interpreter has no such setting. Python 2's sys.setcheckinterval counts instructions,
    not time.
    """
    if seconds is None:
        return
    if not hasattr(sys, "setswitchinterval"):
        raise Failure(
            "unsupported",
            "%s has no switch interval (sys.setswitchinterval); remove job.switch_interval" % IMPLEMENTATION,
        )
    sys.setswitchinterval(seconds)


def find_modules_in(folders):
    # type: (Iterable[str]) -> None
    """Have the user's folders searched before installed packages, but after Python's own modules.

    A scraper's folder often holds an http.py or a queue.py. Before Python's own it would break whatever this driver or
    a library imports later: one strategy, and not another.
    """
    mine = [native(folder) for folder in folders]
    installed = [i for i, entry in enumerate(sys.path) if os.path.basename(entry) in INSTALLED]
    at = installed[0] if installed else len(sys.path)
    sys.path[at:at] = [folder for folder in mine if folder not in sys.path]


def cpus_now():
    # type: () -> list[int] | None
    """Return the CPUs on which this thread may run; null where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
