"""Looks with py-spy.

`--nonblocking`: the worker is read while it runs and is not slowed down. `--idle` counts every sample of a thread,
`--gil` only those in which it holds the GIL. One py-spy can do only one of them, so there are two, at the same time:
both see the same calls, whatever else the machine does meanwhile.
"""

import re
import shutil
import sysconfig
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from simulator.probe.sampling import PHASE, PHASES, RATE_HZ, Function, Look, only_calls, running, written

_FRAME = re.compile(r"(?P<name>[^()]*) \((?P<file>.*?)(?::(?P<line>\d+))?\)")


@dataclass(frozen=True)
class PySpy:
    """py-spy.

    Attributes:
        path: its program.
    """

    path: str
    name: str = "py-spy"

    def look(self, pid: int, seconds: int) -> Look:
        """Sample for `seconds`, twice at the same time. Raises CannotLookError."""
        with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder, ExitStack() as stack:
            started = []
            for kind in ("--idle", "--gil"):
                output = Path(folder) / kind.lstrip("-")
                command = [
                    self.path,
                    "record",
                    "--nonblocking",
                    "--rate",
                    f"{RATE_HZ}",
                    "--duration",
                    f"{seconds}",
                ]
                command += ["--format", "raw", "--function", "--full-filenames"]
                command += ["--output", str(output), "--pid", str(pid), kind]
                started.append((stack.enter_context(running(command, self.name)), output))
            everything, holding = (
                written(process, output, seconds, self.name) for process, output in started
            )
            return Look(count(everything), count(holding), innermost(holding))


def find() -> PySpy | None:
    """Return the one beside this Python, else the one on PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "py-spy"
    path = str(beside) if beside.is_file() else shutil.which("py-spy")
    return None if path is None else PySpy(path)


def count(stacks: str) -> Counter[str]:
    """Count the samples of each phase in lines of `frame;frame;… number`."""
    found: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, number = line.rpartition(" ")
        if not number.isdecimal():
            continue  # read while it was changed: a name may hold anything, a line's end too
        for phase in PHASES:
            if f"{PHASE}{phase}" in frames:
                found[phase] += int(number)
    return found


def innermost(stacks: str) -> Counter[Function | None]:
    """Count the samples of the target's turn by the innermost function; what only makes the calls is the target."""
    found: Counter[Function | None] = Counter()
    for line in stacks.splitlines():
        frames, _, number = line.rpartition(" ")
        above, target, below = frames.partition(f"{PHASE}target")
        if not number.isdecimal() or not target or PHASE in above:
            continue
        read = _FRAME.fullmatch(below.rpartition(";")[2])
        if read is not None and not only_calls(Path(read["file"])):
            at = Function(read["name"], read["file"], int(read["line"]) if read["line"] else None)
            found[at] += int(number)
        elif read is not None:
            found[None] += int(number)
    return found
