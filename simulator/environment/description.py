"""Everything about the machine and the Python in one mapping, for the results."""

import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from . import cgroup, interpreter, kernel, machine, switches, topology


def describe() -> dict[str, Any]:
    """Return JSON values: what may explain why two machines, or two days, measured differently.

    Null is what this system does not tell. Holds no names of persons, hosts or folders. Never raises.
    """
    return {
        "program": _or_null(lambda: interpreter.version_of("gil-simulator")),
        "python": _or_null(interpreter.describe_interpreter),
        "platform": _or_null(_platform),
        "machine": _or_null(_machine),
        "clocks": _or_null(machine.clocks),
        "switches": _or_null(lambda: switches.described(os.environ)),
        "libraries": _or_null(lambda: {name: interpreter.version_of(name) for name in interpreter.LIBRARIES}),
    }


def _platform() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "libc": " ".join(platform.libc_ver()).strip() or None,
    }


def _machine() -> dict[str, Any]:
    limits = machine.file_descriptor_limits()
    cpu = machine.cpu_seconds()
    load = machine.load_average()
    layout = topology.describe()
    return {
        "boot_id": kernel.boot_id(),
        "time_namespace": kernel.time_namespace(),
        "cpu_model": machine.cpu_model(),
        "cores": os.cpu_count(),
        "usable_cores": machine.usable_cores(),
        "affinity_cores": machine.affinity_cores(),
        "physical_cores": layout.physical_cores,
        "smt_siblings": None if layout.smt_siblings is None else [list(core) for core in layout.smt_siblings],
        "governor": layout.governor,
        "boost": layout.boost,
        "cpu_limit_cores": cgroup.cpu_limit_cores(),
        "memory_bytes": machine.total_memory_bytes(),
        "memory_limit_bytes": cgroup.memory_limit_bytes(),
        "load_average": None if load is None else list(load),
        "cpu_since_boot": None if cpu is None else asdict(cpu),
        "file_descriptors": None if limits is None else {"soft": limits[0], "hard": limits[1]},
        "virtualisation": machine.virtualisation(),
    }


def _or_null(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception:  # noqa: BLE001 (a system that answers in an unforeseen way must not cost a measured run)
        return None
