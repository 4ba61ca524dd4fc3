"""Looks at a worker's stacks from outside with py-spy: who is where, and who of them holds the GIL.

`--nonblocking`: the worker is read while it runs and is not slowed down. `--idle` counts every sample of a thread,
`--gil` only those in which it holds the GIL. One py-spy can do only one of them, so there are two.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.runner.driver_process import DRIVER

PHASES = ("target", "hold", "release")
RATE_HZ = 500
_FRAME = re.compile(r"(?P<name>[^()]*) \((?P<file>.*?)(?::(?P<line>\d+))?\)")
START_LIMIT_S = 10.0
"""How long py-spy may take to read the worker's symbols, on top of the look itself (s)."""


class CannotLookError(Exception):
    """The worker cannot be looked at from here; the text says why."""


def find_sampler() -> str | None:
    """Return py-spy's path: beside this Python, else on PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "py-spy"
    return str(beside) if beside.is_file() else shutil.which("py-spy")


@dataclass(frozen=True)
class Function:
    """A function as a stack has it."""

    name: str
    file: str
    line: int | None
    """In which it begins."""


@dataclass(frozen=True)
class Look:
    """How many samples fell into what, twice at the same time."""

    everything: Counter[str]
    """Phase -> of all samples."""
    holding: Counter[str]
    """Phase -> of those in which the thread held the GIL."""
    holders: Counter[Function | None]
    """Of the latter in the target's turn, the innermost function of Python; null: the target itself, written in C."""


def look(sampler: str, pid: int, seconds: int) -> Look:
    """Sample for `seconds`, twice at the same time.

    At the same time, so that both see the same calls, whatever else the machine does meanwhile.

    Raises:
        CannotLookError: py-spy is not allowed to read the process, or cannot make sense of it.
    """
    with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder, ExitStack() as stack:
        started = []
        for kind in ("--idle", "--gil"):
            output = Path(folder) / kind.lstrip("-")
            command = [sampler, "record", "--nonblocking", "--rate", str(RATE_HZ), "--duration", str(seconds)]
            command += ["--format", "raw", "--function", "--full-filenames"]
            command += ["--output", str(output), "--pid", str(pid), kind]
            started.append((stack.enter_context(_running(command)), output))
        everything, holding = (_stacks(process, output, seconds) for process, output in started)
        return Look(count(everything), count(holding), innermost(holding))


@contextmanager
def _running(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise CannotLookError(f"py-spy cannot be started: {error.strerror}") from error
    with process:  # which waits for its end
        try:
            yield process
        finally:
            process.kill()  # does nothing to one that has ended


def _stacks(process: "subprocess.Popen[str]", output: Path, seconds: float) -> str:
    try:
        _, errors = process.communicate(timeout=seconds + START_LIMIT_S)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise CannotLookError(f"py-spy did not end within {START_LIMIT_S:g} s of its time") from error
    if process.returncode or not output.is_file():
        raise CannotLookError(explain(errors))
    return output.read_text(encoding="utf-8", errors="replace")


def count(stacks: str) -> Counter[str]:
    """Count the samples of each phase in lines of `frame;frame;… number`."""
    found: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, number = line.rpartition(" ")
        if not number.isdecimal():
            continue  # read while it was changed: a name may hold anything, a line's end too
        for phase in PHASES:
            if f"probe_phase_{phase}" in frames:
                found[phase] += int(number)
    return found


def innermost(stacks: str) -> Counter[Function | None]:
    """Count the samples of the target's turn by the innermost function; what only makes the calls is the target."""
    found: Counter[Function | None] = Counter()
    for line in stacks.splitlines():
        frames, _, number = line.rpartition(" ")
        above, target, below = frames.partition("probe_phase_target")
        if not number.isdecimal() or not target or "probe_phase_" in above:
            continue
        read = _FRAME.fullmatch(below.rpartition(";")[2])
        if read is not None and not _only_calls(Path(read["file"])):
            at = Function(read["name"], read["file"], int(read["line"]) if read["line"] else None)
            found[at] += int(number)
        elif read is not None:
            found[None] += int(number)
    return found


def _only_calls(file: Path) -> bool:
    """Whether a file has what makes the calls, and nothing of what is called; built-in parsers are."""
    return file.is_relative_to(DRIVER / "probe") or file == DRIVER / "parsers" / "user_function.py"


def explain(errors: str) -> str:
    """Say why py-spy could not look, from what it printed."""
    lowered = errors.lower()
    if "permission" in lowered or "eperm" in lowered or "root" in lowered:
        needed = "run as root, or" if sys.platform == "darwin" else "allow ptrace (CAP_SYS_PTRACE), or"
        return f"reading the memory of another process is not allowed here; {needed} use the other estimator"
    lines = [line for line in errors.splitlines() if line.strip()]
    return f"py-spy cannot read this Python: {lines[0].strip()[:200] if lines else 'it gave no reason'}"
