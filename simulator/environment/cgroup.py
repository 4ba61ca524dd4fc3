"""What a container, or systemd, allows this process: control groups of version 2 and 1.

A limit set on any group above counts as well, so the least one on the way to the root is taken. The formats
are those of cgroups(7), proc_pid_mountinfo(5) and the kernel's admin-guide/cgroup-v1 and cgroup-v2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from . import kernel

_UNLIMITED_BYTES = 1 << 60
"""Version 1 writes "no limit" as the largest multiple of a page below 2^63."""


@dataclass(frozen=True)
class Mount:
    """One hierarchy of control groups as this process sees it."""

    root: PurePosixPath
    """The group that the mount point shows: inside a container not always the root of all groups."""
    point: PurePosixPath
    controllers: frozenset[str]
    """Version 1 only; empty for the one hierarchy of version 2."""


def cpu_limit_cores() -> float | None:
    """Return how many cores' time may be used, or null: not limited, or not readable."""
    limits = []
    for folder in _folders("cpu"):
        quota = _integers(f"{folder}/cpu.max") or [
            *_integers(f"{folder}/cpu.cfs_quota_us"),
            *_integers(f"{folder}/cpu.cfs_period_us"),
        ]
        if len(quota) == 2 and min(quota) > 0:  # noqa: PLR2004 (a time of CPU and a time; -1 or "max": no limit)
            limits.append(quota[0] / quota[1])
    return min(limits, default=None)


def throttled() -> tuple[int, float] | None:
    """Return how often, and for how long in all (s), a CPU limit has stopped this process's group or one above it.

    Null: not limited, or not readable. The time is that of the cores' queues that were stopped, one after the other:
    up to the wall time for each core.
    """
    found = []
    for folder in _folders("cpu"):
        words = (kernel.read(f"{folder}/cpu.stat") or "").split()
        values = {
            name: int(value) for name, value in zip(words[::2], words[1::2], strict=False) if value.isdigit()
        }
        if values.get("nr_periods"):
            # Version 2 counts microseconds, version 1 nanoseconds.
            seconds = values.get("throttled_usec", 0) / 1e6 + values.get("throttled_time", 0) / 1e9
            found.append((values.get("nr_throttled", 0), seconds))
    return max(found, key=lambda one: one[1], default=None)


def memory_limit_bytes() -> int | None:
    """Return the memory that may be used, or null: not limited, or not readable."""
    limits = [
        limit
        for folder in _folders("memory")
        for name in ("memory.max", "memory.high", "memory.limit_in_bytes")
        for limit in _integers(f"{folder}/{name}")
        if 0 < limit < _UNLIMITED_BYTES
    ]
    return min(limits, default=None)


def groups(text: str) -> dict[str, PurePosixPath]:
    """Read /proc/PID/cgroup: the group by controller; that of version 2 stands under the empty name."""
    found = {}
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number.isdigit() and path.startswith("/"):
            found.update(dict.fromkeys(controllers.split(","), PurePosixPath(path)))
    return found


def mounts(text: str) -> list[Mount]:
    """Read /proc/PID/mountinfo: the hierarchies that are mounted."""
    found = []
    for line in text.splitlines():
        fields, separator, rest = line.partition(" - ")
        before, after = fields.split(), rest.split()
        if separator and len(before) > 4 and len(after) > 2 and after[0] in ("cgroup", "cgroup2"):  # noqa: PLR2004 (fields by position)
            names = after[2].split(",") if after[0] == "cgroup" else []
            found.append(Mount(PurePosixPath(before[3]), PurePosixPath(before[4]), frozenset(names)))
    return found


def _folders(controller: str) -> Iterator[PurePosixPath]:
    """Give the folders, relative to `/`, of this process's groups and of all groups above them."""
    mine = groups(kernel.read("proc/self/cgroup") or "")
    for mount in mounts(kernel.read("proc/self/mountinfo") or ""):
        if mount.controllers and controller not in mount.controllers:
            continue
        group = mine.get(controller if mount.controllers else "")
        if group is None:
            continue
        # Where the mount shows another part of the tree than the group is in, its top is the best guess.
        inside = group.relative_to(mount.root) if group.is_relative_to(mount.root) else PurePosixPath()
        point = mount.point.relative_to("/")
        yield point / inside
        for above in inside.parents:
            yield point / above


def _integers(path: str) -> list[int]:
    """Read whole numbers; a file with anything else in it, such as "max", gives none."""
    try:
        return [int(word) for word in (kernel.read(path) or "").split()]
    except ValueError:
        return []
