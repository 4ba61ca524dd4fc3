"""Looks at a worker's stacks from outside with py-spy: who is where, and who of them holds the GIL.

`--nonblocking`: the worker is read while it runs and is not slowed down. `--idle` counts every sample of a thread,
`--gil` only those in which it holds the GIL; one look can do only one of them.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from pathlib import Path

PHASES = ("target", "hold", "release")
RATE_HZ = 500
START_LIMIT_S = 10.0
"""How long py-spy may take to read the worker's symbols, on top of the look itself (s)."""


class CannotLookError(Exception):
    """The worker cannot be looked at from here; the text says why."""


def find_sampler() -> str | None:
    """Return py-spy's path: beside this Python, else on PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "py-spy"
    return str(beside) if beside.is_file() else shutil.which("py-spy")


def look(sampler: str, pid: int, seconds: float, *, gil: bool) -> Counter[str]:
    """Sample for `seconds`; returns how many samples fell into each of the phases.

    Raises:
        CannotLookError: py-spy is not allowed to read the process, or cannot make sense of it.
    """
    with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder:
        output = Path(folder) / "stacks"
        command = [sampler, "record", "--nonblocking", "--rate", str(RATE_HZ), "--duration", f"{seconds:.0f}"]
        command += ["--format", "raw", "--function", "--output", str(output), "--pid", str(pid)]
        command.append("--gil" if gil else "--idle")
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds + START_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotLookError(f"py-spy did not end well: {error}") from error
        if done.returncode or not output.is_file():
            raise CannotLookError(explain(done.stderr))
        return count(output.read_text(encoding="utf-8", errors="replace"))


def count(stacks: str) -> Counter[str]:
    """Count the samples of each phase in lines of `frame;frame;… number`."""
    found: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, number = line.rpartition(" ")
        for phase in PHASES:
            if f"probe_phase_{phase}" in frames:
                found[phase] += int(number)
    return found


def explain(errors: str) -> str:
    """Say why py-spy could not look, from what it printed."""
    lowered = errors.lower()
    if "permission" in lowered or "eperm" in lowered or "root" in lowered:
        needed = "run as root, or" if sys.platform == "darwin" else "allow ptrace (CAP_SYS_PTRACE), or"
        return f"reading the memory of another process is not allowed here; {needed} use the other estimator"
    lines = [line for line in errors.splitlines() if line.strip()]
    return f"py-spy cannot read this Python: {lines[0].strip()[:200] if lines else 'it gave no reason'}"
