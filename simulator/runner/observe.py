"""Reads what the kernel knows of the driver, the server and the machine, without touching any of them.

Linux only; elsewhere every value is null. Nothing here runs between "go" and the last record.
"""

import os
import resource
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.environment import throttled, usable_cpus
from simulator.result.observation import CpuTime, MachineTime, Snapshot
from simulator.runner.family import (
    ENDED,
    PROC,
    READABLE,
    Process,
    Used,
    family,
    since,
    thread_time,
    used,
    used_by,
)

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


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
    """Return how the cores that this process may run on, as all that it starts, have spent their time since boot."""
    if not READABLE:
        return None
    return spent((PROC / "stat").read_text(), usable_cpus())


def spent(stat: str, cpus: Collection[int]) -> MachineTime:
    """Return how cores have spent their time, by the text of /proc/stat.

    Args:
        stat: that text.
        cpus: their numbers; none, or none that it names: all.
    """
    total, *lines = (line.split() for line in stat.splitlines() if line.startswith("cpu"))
    own = [line for line in lines if int(line[0].removeprefix("cpu")) in cpus]
    # cpu user nice system idle iowait irq softirq steal guest guest_nice; guest is part of user already
    chosen = [total] if len(own) in (0, len(lines)) else own
    user, nice, system, _, _, irq, softirq, steal = (
        sum(column) / TICKS_PER_S for column in zip(*(map(int, line[1:9]) for line in chosen), strict=True)
    )
    return MachineTime(user + nice + system, irq + softirq, steal, len(own) or len(lines))


def own_cpu_s() -> float:
    """Return the runner's own CPU time."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@dataclass
class Observer:
    """Looks at a driver and its server twice, while all workers are parked: before the window and after it.

    What changes with our own looking is read last before the window and first after it.

    Args:
        session: the driver's session id.
        workers: worker index -> (pid, tid).
        server_pids: processes of the mock server; none if it runs elsewhere.
        beside: (pid, tid) of each spinner.
        idle_pids: processes of other servers of this run.
        elsewhere: whether the job is done by processes of which none is the driver's: it tells nothing of the job's
            CPU and memory then.
    """

    session: int
    workers: Mapping[int, tuple[int, int]]
    server_pids: Sequence[int]
    beside: Sequence[tuple[int, int]] = ()
    idle_pids: Sequence[int] = ()
    elsewhere: bool = False
    _driver_before: Used | None = field(default=None, init=False)
    _server_before: Used | None = field(default=None, init=False)

    def ready(self) -> Snapshot:
        """Look before the window; CPU times are those since each process began."""
        members = family(self.session)
        job = _job(members, self.workers, self.beside)
        bytes_held = memory(job) if job and not self.elsewhere else None
        return self._began(members, bytes_held, None if self.elsewhere else len(job) or None)

    def opened(self, ready: Snapshot) -> Snapshot:
        """Look again when the ramp has ended, at times alone: whoever reads memory holds up what runs."""
        return self._began(family(self.session), ready.memory_bytes, ready.processes)

    def _began(self, members: Sequence[Process], bytes_held: int | None, processes: int | None) -> Snapshot:
        at_ns = time.monotonic_ns()
        driver = used(members) if READABLE and not self.elsewhere else None
        spun, threads = self._threads()
        server = used_by(self.server_pids)
        self._driver_before, self._server_before = driver, server
        return Snapshot(
            at_ns=at_ns,
            driver=None if driver is None else driver.total,
            workers=threads,
            server=None if server is None else server.total,
            runner_cpu_s=own_cpu_s(),
            machine=machine_time(),
            throttled_s=_throttled_s(),
            idle_servers=None if (idle := used_by(self.idle_pids)) is None else idle.total,
            memory_bytes=bytes_held,
            processes=processes,
            beside=spun,
        )

    def parked(self) -> Snapshot:
        """Look after the window; CPU times are those before it and what was used since, by whatever has ended too."""
        members = family(self.session)
        job = _job(members, self.workers, self.beside)
        machine = machine_time()
        at_ns = time.monotonic_ns()
        driver = used(members) if READABLE and not self.elsewhere else None
        spun, threads = self._threads()
        server = used_by(self.server_pids)
        return Snapshot(
            at_ns=at_ns,
            driver=_later(self._driver_before, driver),
            workers=threads,
            server=_later(self._server_before, server),
            runner_cpu_s=own_cpu_s(),
            machine=machine,
            throttled_s=_throttled_s(),
            idle_servers=None if (idle := used_by(self.idle_pids)) is None else idle.total,
            memory_bytes=memory(job) if job and not self.elsewhere else None,
            processes=None if self.elsewhere else len(job) or None,
            beside=spun,
        )

    def _threads(self) -> tuple[CpuTime | None, dict[int, CpuTime]]:
        """Return what all spinners and what each worker has used."""
        if not READABLE:
            return None, {}
        workers = {index: thread_time(pid, tid) for index, (pid, tid) in self.workers.items()}
        return _sum(thread_time(pid, tid) for pid, tid in self.beside), {
            index: spent for index, spent in workers.items() if spent is not None
        }


def _throttled_s() -> float | None:
    found = throttled()
    return None if found is None else found[1]


def _later(before: Used | None, after: Used | None) -> CpuTime | None:
    if before is None or after is None:
        return None
    begun, spent = before.total, since(before, after)
    return CpuTime(begun.on_cpu_ns + spent.on_cpu_ns, begun.run_queue_ns + spent.run_queue_ns)


def _job(
    members: Sequence[Process], workers: Mapping[int, tuple[int, int]], beside: Sequence[tuple[int, int]]
) -> tuple[int, ...]:
    """Return the driver's running processes without those that only spin, which are no part of the job."""
    spinning = {pid for pid, tid in beside if pid == tid} - {pid for pid, _ in workers.values()}
    return tuple(member.pid for member in members if member.pid not in spinning and member.state != ENDED)


def _sum(times: Iterable[CpuTime | None]) -> CpuTime | None:
    """Return the sum; null where one of them cannot be read."""
    known = list(times)
    present = [spent for spent in known if spent is not None]
    if len(present) < len(known):
        return None
    return CpuTime(sum(t.on_cpu_ns for t in present), sum(t.run_queue_ns for t in present))
