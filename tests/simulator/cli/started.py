"""The program as tests of the command line use it: called in this process, or started as one of its own.

What a command prints and how it ends is the same either way (`test_process.py` shows it); a call saves the start of an
interpreter. What is about signals, terminals and other processes is started.
"""

import contextlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import simulator as package
from simulator.cli import main

PROGRAM = [sys.executable, "-m", "simulator"]
COLUMNS = 80

Done = subprocess.CompletedProcess[str]


def environment(folder: Path, columns: int = COLUMNS) -> dict[str, str]:
    return {**os.environ, "SIMULATOR_STORE": str(folder / "results.sqlite"), "COLUMNS": str(columns)}


def simulator(
    folder: Path,
    *arguments: str | Path,
    columns: int = COLUMNS,
    environ: Mapping[str, str] | None = None,
) -> Done:
    """Call the program in a folder, with the folder's own results database, or with these variables and no others."""
    command = [str(Path(package.__file__).with_name("__main__.py")), *map(str, arguments)]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    variables = environment(folder, columns) if environ is None else environ
    with contextlib.ExitStack() as changed:
        changed.enter_context(contextlib.chdir(folder))
        changed.enter_context(mock.patch.dict(os.environ, variables, clear=True))
        changed.enter_context(mock.patch.object(sys, "argv", command))
        changed.enter_context(mock.patch.object(sys, "stdin", changed.enter_context(Path(os.devnull).open())))
        changed.enter_context(mock.patch.object(sys, "excepthook"))  # typer sets its own
        changed.enter_context(contextlib.redirect_stdout(out))
        changed.enter_context(contextlib.redirect_stderr(err))
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert code is None or isinstance(code, int), code
    for stream in (out, err):
        stream.seek(0)
    return subprocess.CompletedProcess(command, code or 0, out.read(), err.read())


def started(folder: Path, *arguments: str | Path, environ: Mapping[str, str] | None = None) -> Done:
    """Start the program in a folder, with the folder's own results database, and wait for its end."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        env={**environment(folder), **(environ or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@contextmanager
def running(folder: Path, *arguments: str | Path) -> "Iterator[subprocess.Popen[str]]":
    """Start the program; it is killed if the test ends before it does."""
    with subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def wait_until(met: Callable[[], bool], what: str, limit_s: float = 60.0) -> None:
    """Ask again and again until a condition is met."""
    deadline = time.monotonic() + limit_s
    while not met():
        assert time.monotonic() < deadline, f"not within {limit_s:g} s: {what}"
        time.sleep(0.02)
