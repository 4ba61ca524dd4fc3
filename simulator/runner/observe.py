"""Reads what the kernel knows of the driver, the server and the machine, without touching any of them.

Linux only; elsewhere every value is null. Nothing here runs between "go" and the last record.
"""

import os
import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simulator.result.observation import CpuTime, MachineTime, Snapshot

PROC = Path("/proc")
READABLE = sys.platform == "linux" and (PROC / "self/schedstat").exists()
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SPIN_LOOPS = 60_000
SPIN_TRIES = 3


def session_members(session: int) -> tuple[int, ...]:
    """Return the processes of a session: the driver and all that it started. Empty where /proc is not Linux's."""
    if not READABLE:
        return ()
    members = []
    for entry in os.listdir(PROC):  # noqa: PTH208 - names are all that is needed of some hundred entries
        if not entry.isdigit():
            continue
        try:
            text = (PROC / entry / "stat").read_text()
        except OSError:
            continue  # ended meanwhile
        # the name in parentheses may hold anything; after it: state ppid pgrp session
        fields = text[text.rindex(")") + 2 :].split()
        if int(fields[3]) == session and fields[0] != "Z":
            members.append(int(entry))
    return tuple(members)


def thread_time(pid: int, tid: int) -> CpuTime | None:
    """Return one thread's CPU time and run-queue wait; null when it is gone."""
    try:
        on_cpu, waiting, _ = (PROC / str(pid) / "task" / str(tid) / "schedstat").read_text().split()
    except (OSError, ValueError):
        return None
    return CpuTime(int(on_cpu), int(waiting))


def process_time(pids: Iterable[int]) -> CpuTime | None:
    """Return the sum over every thread of these processes; null where it cannot be read."""
    if not READABLE:
        return None
    on_cpu = waiting = 0
    for pid in pids:
        try:
            tids = os.listdir(PROC / str(pid) / "task")  # noqa: PTH208 - only names
        except OSError:
            continue
        for tid in tids:
            spent = thread_time(pid, int(tid))
            if spent is not None:
                on_cpu += spent.on_cpu_ns
                waiting += spent.run_queue_ns
    return CpuTime(on_cpu, waiting)


def memory(pids: Iterable[int]) -> int | None:
    """Return the sum of PSS + VmHWM - VmRSS over these processes, in bytes.

    PSS counts a shared page once over all who share it; the peak above the present is added whole, because the
    kernel keeps no peak of PSS: an upper estimate. Null where it cannot be read.
    """
    if not READABLE:
        return None
    total = 0
    for pid in pids:
        try:
            pss = _field(PROC / str(pid) / "smaps_rollup", "Pss:")
            status = PROC / str(pid) / "status"
            total += pss + _field(status, "VmHWM:") - _field(status, "VmRSS:")
        except (OSError, ValueError):
            return None
    return total


@dataclass(frozen=True)
class Resident:
    """Memory of one process, in bytes."""

    pss: int
    now: int
    peak: int


def resident(pid: int) -> Resident | None:
    """Return what a process holds and has held at most; null where it cannot be read."""
    if not READABLE:
        return None
    try:
        pss = _field(PROC / str(pid) / "smaps_rollup", "Pss:")
        status = PROC / str(pid) / "status"
        return Resident(pss, _field(status, "VmRSS:"), _field(status, "VmHWM:"))
    except (OSError, ValueError):
        return None


def without_records(
    parked: Snapshot, ready: Resident | None, held: Resident | None, emptied: Resident | None
) -> Snapshot:
    """Return the look after the window with the memory that the job would have held, had its records gone on.

    The driver's main process keeps all records until they are compared, which no job of a person's does. What it gives
    back with them is taken off what it held and off its peak. That peak came with the last records: so the one of the
    jobs before the window counts too, when nothing was kept yet.

    Args:
        parked: the look after the window.
        ready: the driver's main process before it.
        held: the same after it.
        emptied: the same when it has given its records back.
    """
    if parked.memory_bytes is None or ready is None or held is None or emptied is None:
        return parked
    kept = max(0, held.now - emptied.now)
    peak = max(ready.peak, held.peak - kept)
    job = emptied.pss + max(0, peak - emptied.now)
    with_records = held.pss + held.peak - held.now
    return replace(parked, memory_bytes=parked.memory_bytes - max(0, with_records - job))


def _field(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise ValueError(f"{path} has no {name}")


def machine_time() -> MachineTime | None:
    """Return how all cores have spent their time since boot."""
    if not READABLE:
        return None
    lines = (PROC / "stat").read_text().splitlines()
    # cpu user nice system idle iowait irq softirq steal guest guest_nice; guest is part of user already
    user, nice, system, _, _, irq, softirq, steal = (
        int(field) / TICKS_PER_S for field in lines[0].split()[1:9]
    )
    cores = sum(1 for line in lines[1:] if line.startswith("cpu"))
    return MachineTime(user + nice + system, irq + softirq, steal, cores)


def own_cpu_s() -> float:
    """Return the runner's own CPU time."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def spin_s() -> float:
    """Time a fixed piece of pure-Python computing (s): the machine's speed now, best of a few."""
    best = float("inf")
    for _ in range(SPIN_TRIES):
        start = time.perf_counter()
        value = 1
        for _ in range(SPIN_LOOPS):
            value = value * 1103515245 + 12345 & 0x7FFFFFFF
        best = min(best, time.perf_counter() - start)
    return best


def snapshot(
    session: int,
    workers: Mapping[int, tuple[int, int]],
    server_pids: Iterable[int],
    *,
    beside: Sequence[tuple[int, int]] = (),
    ending: bool,
) -> Snapshot:
    """Look at everything once, while all workers are parked.

    What changes with our own looking is read last before the window and first after it.

    Args:
        session: the driver's session id.
        workers: worker index -> (pid, tid).
        server_pids: processes of the mock server; none if it runs elsewhere.
        beside: (pid, tid) of each spinner.
        ending: whether this is the look after the window.
    """
    members = session_members(session)
    # Processes that only spin are the driver's, but no part of the job.
    job = _without_spinners(members, workers, beside)
    bytes_held = memory(job) if not ending and job else None
    machine_early = machine_time() if ending else None
    at_ns = time.monotonic_ns()
    driver = process_time(members)
    spun = _sum(thread_time(pid, tid) for pid, tid in beside) if READABLE else None
    threads = {}
    for index, (pid, tid) in workers.items():
        spent = thread_time(pid, tid) if READABLE else None
        if spent is not None:
            threads[index] = spent
    server = process_time(server_pids)
    if ending and job:
        bytes_held = memory(job)
    return Snapshot(
        at_ns=at_ns,
        driver=driver,
        workers=threads,
        server=server,
        runner_cpu_s=own_cpu_s(),
        machine=machine_early if ending else machine_time(),
        memory_bytes=bytes_held,
        processes=len(job) or None,
        beside=spun,
    )


def _without_spinners(
    members: Sequence[int], workers: Mapping[int, tuple[int, int]], beside: Sequence[tuple[int, int]]
) -> tuple[int, ...]:
    """Return the driver's processes without those whose main thread is a spinner."""
    spinning = {pid for pid, tid in beside if pid == tid} - {pid for pid, _ in workers.values()}
    return tuple(pid for pid in members if pid not in spinning)


def _sum(times: Iterable[CpuTime | None]) -> CpuTime | None:
    """Return the sum; null where one of them cannot be read."""
    known = list(times)
    present = [spent for spent in known if spent is not None]
    if len(present) < len(known):
        return None
    return CpuTime(sum(t.on_cpu_ns for t in present), sum(t.run_queue_ns for t in present))
