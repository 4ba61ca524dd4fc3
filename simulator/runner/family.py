"""A process and all that it has started: who they are, and the CPU time they used, that of ended ones included.

A thread that ends takes its /proc/PID/task/TID with it, and a process its whole folder. What a process has used, with
the threads that are gone, is told by its own CPU clock (clock_getcpuclockid(3)) to the nanosecond; what its children
have used that it waited for, by /proc/PID/stat, in ticks of 10 ms.
"""

import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.result.observation import CpuTime

PROC = Path("/proc")
READABLE = sys.platform == "linux" and (PROC / "self/schedstat").exists()
NS_PER_TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
ENDED = "Z"
"""The state of a process that has ended and that its parent has not waited for."""
_CPU_CLOCK = 2
"""In the number of a process's clock: that of the scheduler, user and system together."""


@dataclass(frozen=True)
class Process:
    """One process as /proc/PID/stat tells it."""

    pid: int
    parent: int
    session: int
    state: str
    own_ns: int
    """In whole ticks."""
    children_ns: int
    """Of all children that it has waited for, and of theirs; likewise."""
    started: int
    """When, in ticks since boot: tells it from a later process with the same number."""


@dataclass(frozen=True)
class Used:
    """What a family has used, by process; its run-queue waits by thread, as far as they still are."""

    processes: Mapping[tuple[int, int], tuple[int, int]]
    """(pid, started) -> (CPU of its own, CPU of children that it waited for)."""
    waits_ns: Mapping[tuple[int, int], int]
    """(pid, tid) -> time that it was runnable without a core."""

    @property
    def total(self) -> CpuTime:
        """All of it, since each process began."""
        cpu_ns = sum(own + children for own, children in self.processes.values())
        return CpuTime(cpu_ns, sum(self.waits_ns.values()))


def read_process(pid: int) -> Process | None:
    """Return a process; null when it is gone."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The name in parentheses may hold anything; after it, from the third field on: state ppid pgrp session …
    fields = text[text.rindex(")") + 2 :].split()
    user, system, child_user, child_system = (int(field) * NS_PER_TICK for field in fields[11:15])
    return Process(
        pid=pid,
        parent=int(fields[1]),
        session=int(fields[3]),
        state=fields[0],
        own_ns=user + system,
        children_ns=child_user + child_system,
        started=int(fields[19]),
    )


def family(session: int) -> tuple[Process, ...]:
    """Return the processes of a session and all that they have started, in sessions of their own too.

    Ended ones that nobody has waited for are among them. Empty where /proc is not Linux's.
    """
    if not READABLE:
        return ()
    everybody = [process for pid in _pids() if (process := read_process(pid)) is not None]
    return related(everybody, session)


def related(everybody: Iterable[Process], session: int) -> tuple[Process, ...]:
    """Return those of this session, and whose parents are among them."""
    found = {process.pid: process for process in everybody if process.session == session}
    others = [process for process in everybody if process.session != session]
    while fresh := [process for process in others if process.parent in found and process.pid not in found]:
        found |= {process.pid: process for process in fresh}
    return tuple(found.values())


def session_members(session: int) -> tuple[int, ...]:
    """Return the running processes of a session: the driver and all that it started, unless in one of their own."""
    return tuple(
        process.pid for process in family(session) if process.session == session and process.state != ENDED
    )


def _pids() -> Iterable[int]:
    # Names are all that is needed of some hundred entries.
    return (int(entry) for entry in os.listdir(PROC) if entry.isdigit())  # noqa: PTH208


def used(processes: Iterable[Process]) -> Used:
    """Return what these processes have used since each began."""
    cpu: dict[tuple[int, int], tuple[int, int]] = {}
    waits: dict[tuple[int, int], int] = {}
    for process in processes:
        cpu[process.pid, process.started] = (_own_ns(process), process.children_ns)
        for tid in _threads(process.pid):
            spent = thread_time(process.pid, tid)
            if spent is not None:
                waits[process.pid, tid] = spent.run_queue_ns
    return Used(cpu, waits)


def used_by(pids: Iterable[int]) -> Used | None:
    """Return what these processes have used; null where it cannot be read."""
    if not READABLE:
        return None
    return used(process for pid in pids if (process := read_process(pid)) is not None)


def since(before: Used, after: Used) -> CpuTime:
    """Return what was used between two looks at one family; never less than nothing.

    A child that was there at first and has ended since is in what its parent has waited for, with all it ever used.
    The wait of a thread that has ended is not known.
    """
    own_ns = children_ns = 0
    for process, (own, children) in after.processes.items():
        own_before, children_before = before.processes.get(process, (0, 0))
        own_ns += max(0, own - own_before)
        children_ns += max(0, children - children_before)
    gone_ns = sum(
        own + children
        for process, (own, children) in before.processes.items()
        if process not in after.processes
    )
    waited_ns = sum(max(0, wait - before.waits_ns.get(thread, 0)) for thread, wait in after.waits_ns.items())
    return CpuTime(own_ns + max(0, children_ns - gone_ns), waited_ns)


def thread_time(pid: int, tid: int) -> CpuTime | None:
    """Return one thread's CPU time and run-queue wait; null when it is gone."""
    try:
        on_cpu, waiting, _ = (PROC / str(pid) / "task" / str(tid) / "schedstat").read_text().split()
    except (OSError, ValueError):
        return None
    return CpuTime(int(on_cpu), int(waiting))


def _threads(pid: int) -> list[int]:
    try:
        return [int(tid) for tid in os.listdir(PROC / str(pid) / "task")]  # noqa: PTH208 - only names
    except OSError:
        return []


def _own_ns(process: Process) -> int:
    """Return the CPU time of all threads that it has and had."""
    try:
        return time.clock_gettime_ns(~process.pid << 3 | _CPU_CLOCK)
    except OSError:  # it is gone meanwhile, or this kernel does not say
        return process.own_ns
