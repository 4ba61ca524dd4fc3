"""Which Pythons a person could measure: found on PATH by name, asked for what they are."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass

NAMES = (
    *(f"python3.{minor}" for minor in range(11, 16)),
    *(f"python3.{minor}t" for minor in range(13, 16)),
    "pypy3",
    "jython",
)
TIME_LIMIT_S = 2.0
"""For all of them together; Jython may need longer to start, and is then said not to have answered."""

_ASK = (
    "import json, platform, sysconfig;"
    "print(json.dumps([platform.python_implementation(), platform.python_version(),"
    " bool(sysconfig.get_config_var('Py_GIL_DISABLED'))]))"
)


@dataclass(frozen=True)
class FoundPython:
    """A command on PATH. Without a version it does not run, and `problem` says why."""

    command: str
    implementation: str | None = None
    version: str | None = None
    free_threaded: bool | None = None
    problem: str | None = None


def find_pythons(
    names: Iterable[str] = NAMES, *, time_limit_s: float = TIME_LIMIT_S
) -> tuple[FoundPython, ...]:
    """Run each of these commands that there is, all at the same time, and read what it answers.

    A command may be there and not run: pyenv puts one in PATH for every version that it has installed.
    """
    deadline_s = time.monotonic() + time_limit_s
    started: list[tuple[str, subprocess.Popen[str] | OSError]] = []
    try:
        for name in names:
            if path := shutil.which(name):
                # One by one: what was started when this is interrupted must be found in the list.
                started.append((name, _start(name, path)))  # noqa: PERF401 - see above
        return tuple(_answer(name, process, deadline_s) for name, process in started)
    finally:
        for _, process in started:
            if isinstance(process, subprocess.Popen):
                _end(process)


def _start(name: str, path: str) -> "subprocess.Popen[str] | OSError":
    # -I: the current folder is not to be trusted with modules named json or platform. Jython has no -I.
    arguments = ["--version"] if name == "jython" else ["-I", "-B", "-c", _ASK]
    try:
        return subprocess.Popen(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # a command may be a shell script that waits for the real one
        )
    except OSError as error:
        return error


def _end(process: "subprocess.Popen[str]") -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()


def _answer(name: str, process: "subprocess.Popen[str] | OSError", deadline_s: float) -> FoundPython:
    if isinstance(process, OSError):
        return FoundPython(name, problem=process.strerror or str(process))
    try:
        output, errors = process.communicate(timeout=max(deadline_s - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        return FoundPython(name, problem="did not answer in time")
    return read_answer(name, process.returncode, output, errors)


def read_answer(name: str, code: int, output: str, errors: str) -> FoundPython:
    """Understand what a command printed."""
    if code == 0 and name == "jython":
        version = (output or errors).strip().rpartition(" ")[2]
        return FoundPython(name, "Jython", version, free_threaded=True)
    try:
        implementation, version, free_threaded = json.loads(output)
    except (ValueError, TypeError):
        said = (errors or output).strip().splitlines() or [f"ended with exit code {code}"]
        # It is shown on a terminal, which must not take it for commands.
        return FoundPython(name, problem="".join(filter(str.isprintable, said[0]))[:80])
    return FoundPython(name, str(implementation), str(version), bool(free_threaded))
