"""Programs that prepare what is measured, as pip and git: run to their end, with all that they print."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.runner.scratch import scratch
from simulator.runner.stop import Stop, communicate
from simulator.runtimes.errors import RuntimeUnavailableError

TIME_LIMIT_S = 600.0
_OF_THIS_INTERPRETER = ("PYTHONPATH", "PYTHONHOME")


@dataclass(frozen=True)
class Ended:
    """A program that came to its end."""

    code: int
    output: str
    """What it answers, without its warnings."""
    errors: str

    @property
    def said(self) -> str:
        """All that it printed, for a person."""
        return self.output + self.errors


def run(
    command: Sequence[str],
    stop: Stop | None,
    *,
    environ: Mapping[str, str] | None = None,
    doing: str = "while an environment was made",
    time_limit_s: float = TIME_LIMIT_S,
) -> Ended:
    """Run a command; return how it ended and what it printed. Ends with everything that it started.

    Args:
        command: program and arguments.
        stop: asks to give up; null: nobody does.
        environ: its variables; null: those of this process, without what is set for this interpreter alone.
        doing: for what, should it take too long.
        time_limit_s: after which it and all that it started is ended.

    Raises:
        RuntimeUnavailableError: it does not end.
        OSError: it cannot be started.
        Stopped: nobody wants it any more.
    """
    if environ is None:
        environ = {name: value for name, value in os.environ.items() if name not in _OF_THIS_INTERPRETER}
    with (
        scratch() as temporary,  # what it leaves there goes with it, also when it is killed
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**environ, "TMPDIR": str(temporary)},
            cwd=os.sep,  # the current folder is not to be trusted with modules named queue or types
        ) as process,
    ):
        try:
            output, errors = communicate(process, time_limit_s, stop)
        except subprocess.TimeoutExpired:
            raise RuntimeUnavailableError(
                f"{Path(command[0]).name} did not end within {time_limit_s:g} s {doing}"
            ) from None
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
    return Ended(process.returncode, output, errors or "")


def last(said: str) -> str:
    """Return the last line of what a program printed, for a sentence."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return "".join(filter(str.isprintable, lines[-1]))[:300] if lines else "it said nothing"
