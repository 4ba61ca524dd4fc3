"""Under what the interpreter runs the job: CPUs, switch interval, where modules are found."""

from __future__ import absolute_import, division, unicode_literals

import os
import sys

from .shared.failure import Failure
from .shared.python import IMPLEMENTATION, native


def bind_to_cpus(cpus):
    """Let this process run on these CPUs only; null changes nothing. Raises Failure where that cannot be done."""
    if cpus is None:
        return
    if not hasattr(os, "sched_setaffinity"):
        raise Failure(
            "unsupported", "%s does not bind processes to CPUs; remove affinity.driver" % IMPLEMENTATION
        )
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
    """Set after how long a thread is asked to hand the GIL over; null changes nothing.

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
    """Put the user's folders before all others, here and in every interpreter that the parser starts."""
    folders = [native(folder) for folder in folders]
    sys.path[:0] = folders
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(folders + ([inherited] if inherited else []))


def cpus_now():
    """Return the CPUs on which this process may run; null where this Python does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
