"""What the doctor looks at: facts about this machine, two of them measured."""

import os
import platform
import time
from dataclasses import dataclass
from itertools import pairwise

from . import cgroup, interpreter, machine, switches, topology
from .pythons import FoundPython, find_pythons

SLEEPS = 200
SLEEP_S = 0.003


@dataclass(frozen=True)
class SleepLateness:
    """By how much a bare `time.sleep` of 3 ms returned late."""

    p50_s: float
    p99_s: float
    max_s: float


@dataclass(frozen=True)
class Facts:
    """Null: this system does not tell."""

    system: str
    wsl: bool
    hypervisor: bool | None
    container: str | None
    cpu_model: str | None
    cores: int | None
    usable_cores: int
    cpu_limit_cores: float | None
    memory_bytes: int | None
    memory_limit_bytes: int | None
    load_1min: float | None
    steal_share: float | None
    """Of the machine's capacity, while the sleeps were timed."""
    sleep: SleepLateness
    clock: str
    clock_resolution_s: float
    clock_step_s: float
    """The smallest step seen between two readings that differ."""
    clock_source: str | None
    file_descriptors: int | None
    """The soft limit; null also where there is none."""
    file_descriptors_hard: int | None
    implementation: str
    version: str
    free_threaded: bool
    gil_enabled: bool
    uvloop: bool
    pythons: tuple[FoundPython, ...]
    physical_cores: int | None = None
    """Among the usable ones."""
    governor: str | None = None
    debugging: tuple[str, ...] = ()
    """What `switches.warnings` says of this environment."""


def gather(*, sleeps: int = SLEEPS, pythons: tuple[FoundPython, ...] | None = None) -> Facts:
    """Look and measure; takes about three seconds.

    Args:
        sleeps: How many sleeps to time, at least 1.
        pythons: The Pythons on PATH, where they are known already.
    """
    # Before the sleeps: starting ten interpreters would disturb them. Load likewise is that of before.
    load = machine.load_average()
    found = find_pythons() if pythons is None else pythons
    before = machine.cpu_seconds()
    sleep = measure_sleep(sleeps)
    after = machine.cpu_seconds()
    virtual = machine.virtualisation()
    limits = machine.file_descriptor_limits() or (None, None)
    layout = topology.describe()
    clock = time.get_clock_info("perf_counter")
    return Facts(
        system=platform.system(),
        wsl=virtual["wsl"],
        hypervisor=virtual["hypervisor"],
        container=virtual["container"],
        cpu_model=machine.cpu_model(),
        cores=os.cpu_count(),
        usable_cores=machine.affinity_cores(),
        cpu_limit_cores=cgroup.cpu_limit_cores(),
        memory_bytes=machine.total_memory_bytes(),
        memory_limit_bytes=cgroup.memory_limit_bytes(),
        load_1min=None if load is None else load[0],
        steal_share=steal_share(before, after),
        sleep=sleep,
        clock=clock.implementation,
        clock_resolution_s=clock.resolution,
        clock_step_s=clock_step(),
        clock_source=machine.clocks()["source"],
        file_descriptors=limits[0],
        file_descriptors_hard=limits[1],
        implementation=platform.python_implementation(),
        version=platform.python_version(),
        free_threaded=interpreter.is_free_threaded(),
        gil_enabled=interpreter.is_gil_enabled(),
        uvloop=interpreter.is_uvloop_installed(),
        pythons=found,
        physical_cores=layout.physical_cores,
        governor=layout.governor,
        debugging=switches.warnings(os.environ),
    )


def measure_sleep(count: int, duration_s: float = SLEEP_S) -> SleepLateness:
    """Time that many bare sleeps; p99 is the value that one in a hundred exceeds, of 200 the third largest."""
    late = []
    for _ in range(count):
        start_ns = time.perf_counter_ns()
        time.sleep(duration_s)
        late.append((time.perf_counter_ns() - start_ns) / 1e9 - duration_s)
    late.sort()
    return SleepLateness(late[count // 2], late[count * 99 // 100], late[-1])


def clock_step(readings: int = 2000) -> float:
    """Return the smallest step between readings of `perf_counter_ns` that differ, in seconds."""
    stamps = [time.perf_counter_ns() for _ in range(readings)]
    steps = [later - earlier for earlier, later in pairwise(stamps) if later > earlier]
    return min(steps, default=0) / 1e9


def steal_share(before: machine.CpuSeconds | None, after: machine.CpuSeconds | None) -> float | None:
    """Return which share of the capacity between two readings was stolen; null where that cannot be told."""
    if before is None or after is None or after.total_s <= before.total_s:
        return None
    return (after.steal_s - before.steal_s) / (after.total_s - before.total_s)
