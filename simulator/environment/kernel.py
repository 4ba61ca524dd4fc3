"""The kernel's text files. All of them are missing on macOS, some in containers: then the answer is null."""

from pathlib import Path

ROOT = Path("/")


def read(path: str) -> str | None:
    """Return a file's text without the white space around it, or null where it cannot be read."""
    try:
        return (ROOT / path).read_text(encoding="utf-8", errors="replace").strip()
    except (OSError, ValueError):
        return None


def link(path: str) -> str | None:
    """Return where a symbolic link points, or null."""
    try:
        return str((ROOT / path).readlink())
    except (OSError, ValueError):
        return None


def boot_id() -> str | None:
    """Return what tells this boot of this machine from every other; containers on it share it."""
    return read("proc/sys/kernel/random/boot_id") or None


def time_namespace() -> str | None:
    """Return the name of the time namespace: CLOCK_MONOTONIC can be compared only within one."""
    return link("proc/self/ns/time")


def pid_namespace() -> str | None:
    """Return the name of the PID namespace: in another one the same number is another process."""
    return link("proc/self/ns/pid")


def exists(path: str) -> bool:
    """Tell whether there is such a file."""
    return (ROOT / path).exists()
