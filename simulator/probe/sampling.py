"""Looking at a worker's stacks from outside, while it runs: who is where, and who of them holds the GIL.

What does it is a `Sampler`: py-spy, or, of a Python that has one of its own (3.15), `profiling.sampling`.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from simulator.runner.driver_process import DRIVER

PHASES = ("target", "hold", "release")
PHASE = "probe_phase_"
"""With which the names of the functions begin that a worker takes turns in."""
RATE_HZ = 500
START_LIMIT_S = 10.0
"""How long a sampler may take to read the worker's symbols, on top of the look itself (s)."""


class CannotLookError(Exception):
    """The worker cannot be looked at from here; the text says why."""


@dataclass(frozen=True)
class Function:
    """A function as a stack has it."""

    name: str
    file: str
    line: int | None
    """In which it begins; null: the sampler does not tell."""


@dataclass(frozen=True)
class Look:
    """How many samples fell into what."""

    everything: Counter[str]
    """Phase -> of all samples."""
    holding: Counter[str]
    """Phase -> of those in which the thread held the GIL."""
    holders: Counter[Function | None]
    """Of the latter in the target's turn, the innermost function of Python; null: the target itself, written in C."""


class Sampler(Protocol):
    """Looks from outside."""

    @property
    def name(self) -> str:
        """What it is called."""

    def look(self, pid: int, seconds: int) -> Look:
        """Sample a process for so long.

        Raises:
            CannotLookError: it may not read the process, or cannot make sense of it.
        """


@contextmanager
def running(command: Sequence[str], name: str) -> Iterator["subprocess.Popen[str]"]:
    """Start a sampler; it is ended with the block. Raises CannotLookError."""
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
        raise CannotLookError(f"{name} cannot be started: {error.strerror}") from error
    with process:  # which waits for its end
        try:
            yield process
        finally:
            process.kill()  # does nothing to one that has ended


def written(process: "subprocess.Popen[str]", output: Path, seconds: float, name: str) -> str:
    """Wait for a sampler's end; return what it wrote. Raises CannotLookError."""
    try:
        _, errors = process.communicate(timeout=seconds + START_LIMIT_S)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise CannotLookError(f"{name} did not end within {START_LIMIT_S:g} s of its time") from error
    if process.returncode or not output.is_file():
        raise CannotLookError(explain(errors, name))
    return output.read_text(encoding="utf-8", errors="replace")


def only_calls(file: Path) -> bool:
    """Whether a file has what makes the calls, and nothing of what is called; built-in parsers are."""
    return file.is_relative_to(DRIVER / "probe") or file == DRIVER / "parsers" / "user_function.py"


def explain(errors: str, name: str) -> str:
    """Say why a sampler could not look, from what it printed."""
    lowered = errors.lower()
    if "permission" in lowered or "eperm" in lowered or "root" in lowered:
        needed = "run as root, or" if sys.platform == "darwin" else "allow ptrace (CAP_SYS_PTRACE), or"
        return f"reading the memory of another process is not allowed here; {needed} use the other estimator"
    lines = [line for line in errors.splitlines() if line.strip()]
    return f"{name} cannot read this Python: {lines[0].strip()[:200] if lines else 'it gave no reason'}"
