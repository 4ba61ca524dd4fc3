"""Under what the interpreter runs the job: the CPUs it may use, and how long a thread may hold its lock."""

import os
import sys

from ..shared.failure import Failure


def bind_to_cpus(cpus: "tuple[int, ...] | None") -> None:
    """Let this thread, and all threads and processes that it starts, run on these CPUs only; null changes nothing.

    Raises Failure where the system does not do that.
    """
    if cpus is None:
        return
    if not hasattr(os, "sched_setaffinity"):
        raise Failure("unsupported", "this system does not bind processes to CPUs; remove affinity.driver")
    wanted = ", ".join(map(str, cpus))
    try:
        os.sched_setaffinity(0, cpus)
    except OSError as error:
        raise Failure(
            "unsupported",
            f"the driver cannot be bound to CPU {wanted}: {error.strerror}; choose other CPUs or remove"
            " affinity.driver",
        ) from error
    have = os.sched_getaffinity(0)
    if have != set(cpus):  # the kernel leaves out in silence what is not allowed
        raise Failure(
            "unsupported",
            f"of the CPUs {wanted} the driver may use only {', '.join(map(str, sorted(have)))}; write these in"
            " affinity.driver",
        )


def set_switch_interval(seconds: "float | None") -> None:
    """Set after how long this interpreter asks a thread to hand its lock over; null changes nothing.

    Raises Failure where the interpreter has no such setting.
    """
    if seconds is None:
        return
    if not hasattr(sys, "setswitchinterval"):
        raise Failure(
            "unsupported",
            f"{sys.implementation.name} has no switch interval (sys.setswitchinterval); remove"
            " job.switch_interval",
        )
    sys.setswitchinterval(seconds)


def cpus_now() -> "list[int] | None":
    """Return the CPUs on which this thread may run; null where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
