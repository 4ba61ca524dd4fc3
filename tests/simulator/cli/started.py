"""The program started on a real scenario: run to its end, or running in the background to be interrupted or killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = [sys.executable, "-m", "simulator"]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "SIMULATOR_STORE": str(folder / "results.sqlite"), "COLUMNS": "100"}


def simulator(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run the program in a folder, with the folder's own results database."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        env=environment(folder),
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
    ) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()


def wait_until(met: Callable[[], bool], what: str, limit_s: float = 60.0) -> None:
    """Ask again and again until a condition is met."""
    deadline = time.monotonic() + limit_s
    while not met():
        assert time.monotonic() < deadline, f"not within {limit_s:g} s: {what}"
        time.sleep(0.02)
