"""The machine: cores, memory, load, clocks, limits. What cannot be read on this system is null."""

import math
import os
import re
import time
from dataclasses import dataclass
from typing import Any

from . import cgroup, kernel


@dataclass(frozen=True)
class CpuSeconds:
    """Of all cores since boot (/proc/stat)."""

    total_s: float
    """Idle time included: the machine's capacity."""
    steal_s: float
    """Taken by the host of this virtual machine."""


_NEXT_CORE = 0.05
"""A limit that is less than this above a whole number of cores does not ask for one more."""
_MOST_CACHES = 8
"""Of one CPU: there are four or five."""


def usable_cores() -> int:
    """Return how many cores may be used: those that it may run on, and no more than its container's limit has time for.

    A part of a core is one, for whoever starts a process for each; at least 1.
    """
    limit = cgroup.cpu_limit_cores()
    allowed = affinity_cores()
    return allowed if limit is None else max(1, min(allowed, math.ceil(limit - _NEXT_CORE)))


def affinity_cores() -> int:
    """Return how many cores this process may run on: its affinity, PYTHON_CPU_COUNT, or all; at least 1."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13 and later
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usable_cpus() -> frozenset[int]:
    """Return the numbers of the CPUs that this process may run on; empty where processes are not bound to CPUs."""
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


def total_memory_bytes() -> int | None:
    """Return the machine's memory."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def memory_limit_bytes() -> int | None:
    """Return the memory that this process and its children may use: the control group's limit, or all."""
    limits = [limit for limit in (cgroup.memory_limit_bytes(), total_memory_bytes()) if limit is not None]
    return min(limits, default=None)


def last_level_cache_bytes() -> int | None:
    """Return the size of the first CPU's largest cache, which others may share."""
    folder = "sys/devices/system/cpu/cpu0/cache"
    sizes = (kernel.read(f"{folder}/index{index}/size") for index in range(_MOST_CACHES))
    known = [int(found[1]) * 1024 for size in sizes if (found := re.fullmatch("([0-9]+)K", size or ""))]
    return max(known, default=None)


def cpu_model() -> str | None:
    """Return the processor's name."""
    fields: dict[str, str] = {}
    for line in (kernel.read("proc/cpuinfo") or "").splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    named = fields.get("model name") or fields.get("cpu model") or fields.get("Model")
    if named:
        return named
    # ARM gives numbers: maker and part tell two models apart, which is what the name is for.
    numbers = [fields[key] for key in ("CPU implementer", "CPU part") if key in fields]
    return " ".join(numbers) or None


def cpu_seconds() -> CpuSeconds | None:
    """Return the CPU time of all cores since boot."""
    try:
        ticks_per_s = os.sysconf("SC_CLK_TCK")
        # user nice system idle iowait irq softirq steal; guest time, which follows, is part of user.
        ticks = [int(word) for word in (kernel.read("proc/stat") or "").split("\n", 1)[0].split()[1:9]]
        return CpuSeconds(sum(ticks) / ticks_per_s, ticks[7] / ticks_per_s)
    except (AttributeError, OSError, ValueError, IndexError):
        return None


def load_average() -> tuple[float, float, float] | None:
    """Return the mean number of runnable threads over 1, 5 and 15 minutes."""
    try:
        return os.getloadavg()
    except (AttributeError, OSError):
        return None


def file_descriptor_limits() -> tuple[int | None, int | None] | None:
    """Return the soft and the hard limit of open files; null in a place means unlimited."""
    try:
        import resource  # noqa: PLC0415 (missing on Windows, where this module must still load)
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        None if soft == resource.RLIM_INFINITY else soft,
        None if hard == resource.RLIM_INFINITY else hard,
    )


def local_ports() -> int | None:
    """Return how many ports this machine has for its own ends of connections to one address and port; Linux only."""
    limits = (kernel.read("proc/sys/net/ipv4/ip_local_port_range") or "").split()
    if len(limits) != 2 or not all(map(str.isdecimal, limits)):  # noqa: PLR2004 (the first and the last)
        return None
    return int(limits[1]) - int(limits[0]) + 1


def clocks() -> dict[str, Any]:
    """Describe the clocks that stamps are taken with; only CLOCK_MONOTONIC is shared by all processes."""
    described: dict[str, Any] = {
        "source": kernel.read("sys/devices/system/clocksource/clocksource0/current_clocksource")
    }
    for name in ("perf_counter", "monotonic"):
        info = time.get_clock_info(name)
        described[name] = {
            "implementation": info.implementation,
            "resolution_s": info.resolution,
            "is_clock_monotonic": "CLOCK_MONOTONIC" in info.implementation,
        }
    return described


def virtualisation() -> dict[str, Any]:
    """Tell what stands between this process and the hardware, as far as it shows."""
    cpuinfo = kernel.read("proc/cpuinfo")
    flags = next((line.split() for line in (cpuinfo or "").splitlines() if line.startswith("flags")), None)
    release = kernel.read("proc/sys/kernel/osrelease") or ""
    container = next(
        (
            name
            for name, mark in (("docker", ".dockerenv"), ("podman", "run/.containerenv"))
            if kernel.exists(mark)
        ),
        None,
    )
    return {
        "hypervisor": None if flags is None else "hypervisor" in flags,
        "product": kernel.read("sys/class/dmi/id/product_name"),
        "container": container,
        "wsl": "microsoft" in release.lower(),
    }
