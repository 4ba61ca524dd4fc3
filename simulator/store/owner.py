"""Which process is writing a run, so that a run whose process was killed is not taken for a running one."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from simulator.environment import boot_id
from simulator.result.run import RunStatus

_STATE, _START_TIME = 0, 19
"""Positions in /proc/PID/stat after the command name: fields 3 and 22 of proc_pid_stat(5)."""


@dataclass(frozen=True)
class Owner:
    """A process, told apart from a later one with the same id. Null: cannot be read on this system."""

    pid: int
    boot_id: str | None
    started: int | None
    """Clock ticks from boot to the start of the process."""


def this_process() -> Owner:
    """Return the calling process."""
    return Owner(os.getpid(), boot_id(), _started(os.getpid()))


def is_alive(owner: Owner) -> bool:
    """Tell whether that process still exists. One from before the last boot, or a zombie, does not."""
    if owner.boot_id != boot_id():
        return False
    if owner.started is not None:
        return _started(owner.pid) == owner.started
    try:
        os.kill(owner.pid, 0)  # signal 0 only asks
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _started(pid: int) -> int | None:
    """Return the start time of a living process, or null."""
    try:
        # The command name stands in parentheses and may itself hold spaces and parentheses.
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
        return None if fields[_STATE] in "ZX" else int(fields[_START_TIME])
    except (OSError, ValueError, IndexError):
        return None


def status_of(kept: str, owner: Owner) -> RunStatus:
    """Return a run's status; one whose process is gone was interrupted, though nobody could write so."""
    if kept == "running" and not is_alive(owner):
        return "interrupted"
    return cast("RunStatus", kept)
