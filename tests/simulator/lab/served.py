"""A lab that is really served, by a process of its own, and what it needs to measure quickly."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import simulator.lab.measuring as lab_measuring

QUICK = (
    "validity.min_window=0ms",
    "validity.min_jobs_per_slot=0",
    "validity.delay_tolerance=1m",
    "validity.max_server_busy=1000",
    "strategies=[threads, processes]",
    "rounds=1",
    "job.pages=12",
)
"""A run of some seconds, whatever the machine does meanwhile."""
LONG = (*QUICK[:-2], "rounds=50", "job.pages=200")
"""One that is not done before it is cancelled."""


def environment(settings: tuple[str, ...], folder: Path) -> dict[str, str]:
    """Return the environment in which a run has these settings, and nothing of it stays."""
    names = (
        f"SIMULATOR_{path.upper().replace('.', '__')}" for path, _, _ in (s.partition("=") for s in settings)
    )
    values = (setting.partition("=")[2] for setting in settings)
    return {
        **os.environ,
        **dict(zip(names, values, strict=True)),
        "SIMULATOR_STORE": str(folder / "results.sqlite"),
        "TMPDIR": str(folder),
    }


@contextmanager
def serving(folder: Path, settings: tuple[str, ...] = QUICK) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Serve a lab and return its address and its process."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "simulator", "lab", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=Path(lab_measuring.__file__).parents[2],
        env=environment(settings, folder),
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def running(folder: Path) -> dict[int, str]:
    """Return the processes whose command line has this folder, and all that they started."""
    words, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words[int(path.name)] = (
                (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue

    def of_the_lab(number: int) -> bool:
        return number in words and (str(folder) in words[number] or of_the_lab(parents.get(number, 0)))

    return {number: text for number, text in words.items() if of_the_lab(number)}


def ended(numbers: Iterable[int], limit_s: float = 30) -> bool:
    """Wait until processes that are nobody's children any more have ended."""
    for number in numbers:
        try:
            descriptor = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        with open(descriptor, "rb") as process:  # noqa: PTH123 - a descriptor
            if not select.select([process], [], [], limit_s)[0]:
                return False
    return True


def left(folder: Path) -> list[Path]:
    """Return the temporary folders that runs of a lab have left."""
    return list(folder.glob("simulator-lab-*"))
