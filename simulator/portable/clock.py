"""The wall clock and the CPU clock of a thread, in ns, wherever this Python has them.

The wall clock is CLOCK_MONOTONIC on Linux, which is the mock server's, so that stamps of both can be compared:
`time.perf_counter_ns`, and on the JVM `System.nanoTime`.
"""

from __future__ import absolute_import, division, unicode_literals

import time

from .shared.python import IRONPYTHON, JYTHON

UNKNOWN = -1
"""Stands for the CPU time of a thread where this Python cannot tell it."""


def _unknown():
    return UNKNOWN


def _java_clocks():
    from java.lang import System  # noqa: PLC0415 - Jython's own
    from java.lang.management import ManagementFactory  # noqa: PLC0415

    threads = ManagementFactory.getThreadMXBean()
    known = threads.isCurrentThreadCpuTimeSupported() and threads.isThreadCpuTimeEnabled()
    return System.nanoTime, threads.getCurrentThreadCpuTime if known else _unknown


def _dotnet_clocks():
    import clr  # noqa: PLC0415 - IronPython's own

    clr.AddReference("System")  # .NET Core begins with its core library alone
    from System.Diagnostics import Stopwatch  # noqa: PLC0415

    frequency = int(Stopwatch.Frequency)
    return (lambda: int(Stopwatch.GetTimestamp()) * 1000000000 // frequency), _unknown


def _system_clocks():
    """Ask the C library: CPython and PyPy before 3.3 (wall) and 3.7 (CPU) have no such clocks of their own."""
    import ctypes  # noqa: PLC0415 - only old Pythons come here

    class Timespec(ctypes.Structure):
        _fields_ = [(str("s"), ctypes.c_long), (str("ns"), ctypes.c_long)]

    library = ctypes.CDLL(None, use_errno=True)

    def reader(number):
        def read():
            moment = Timespec()
            if library.clock_gettime(number, ctypes.byref(moment)):
                raise OSError(ctypes.get_errno(), "clock_gettime failed")
            return moment.s * 1000000000 + moment.ns

        read()
        return read

    return reader(1), reader(3)  # Linux: CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID


def _find():
    if JYTHON:
        return _java_clocks()
    if IRONPYTHON:
        return _dotnet_clocks()
    if hasattr(time, "perf_counter_ns"):
        return time.perf_counter_ns, getattr(time, "thread_time_ns", _unknown)
    try:
        return _system_clocks()
    except (ImportError, AttributeError, OSError):
        seconds = getattr(time, "perf_counter", time.time)
        return (lambda: int(seconds() * 1e9)), _unknown


wall, cpu = _find()
CPU_KNOWN = cpu is not _unknown


def sleep_until(due_ns):
    """Put the calling thread to sleep until `due_ns`, never less; return it."""
    while True:
        left_ns = due_ns - wall()
        if left_ns <= 0:
            return due_ns
        time.sleep(left_ns / 1e9)
