"""What machine and Python this is: it travels with every number that was measured on it."""

from .cgroup import cpu_limit_cores, throttled
from .description import describe
from .kernel import boot_id, pid_namespace, time_namespace
from .machine import cpu_seconds, last_level_cache_bytes, memory_limit_bytes, usable_cores, usable_cpus

__all__ = [
    "boot_id",
    "cpu_limit_cores",
    "cpu_seconds",
    "describe",
    "last_level_cache_bytes",
    "memory_limit_bytes",
    "pid_namespace",
    "throttled",
    "time_namespace",
    "usable_cores",
    "usable_cpus",
]
