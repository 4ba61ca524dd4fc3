"""Who this server is, and which clock its stamps are of."""

import importlib.metadata
from functools import cache
from pathlib import Path

SERVER_NAME = "gil-simulator-mockserver"

PROTOCOL = 1
"""Version of the admin interface; a change that breaks its users would have the next number."""

GENERATION_HEADER = "X-Generation"
"""Of answers about the configuration, whose document is one to be put as it is: how often it was changed."""

LEASE_HEADER = "X-Lease"
"""Of requests by the program that holds the server: what it got when it took it."""

CLOCK = "CLOCK_MONOTONIC"


@cache
def version() -> str:
    """Give the version of the installed distribution, or `unknown` where it is not installed."""
    try:
        return importlib.metadata.version("gil-simulator")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


@cache
def boot_id() -> str | None:
    """Name this boot of this machine: CLOCK_MONOTONIC counts from it. None where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


@cache
def time_namespace() -> str | None:
    """Name the time namespace: stamps of two of them cannot be compared. None where there is none."""
    try:
        return str(Path("/proc/self/ns/time").readlink())
    except OSError:
        return None


@cache
def pid_namespace() -> str | None:
    """Name the PID namespace: in another one the same number is another process. None where there is none."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None
