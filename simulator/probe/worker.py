"""The process that calls the probed function, as the probe talks to it."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from simulator.driver.parsers import BUILT_IN
from simulator.runner.driver_process import DriverProcess

TIME_LIMIT_S = 120.0
"""Of a whole probe; a call may take seconds, and is made a few times."""


@dataclass(frozen=True)
class Target:
    """What is probed."""

    name: str
    """A built-in parser, or package.module:function."""
    pages: tuple[Path, ...]
    """Files with its inputs, absolute."""
    import_path: tuple[str, ...]
    """Folders in which its module is looked for first, absolute."""

    @property
    def parser(self) -> dict[str, str]:
        """As the driver names it."""
        return {"name": self.name} if self.name in BUILT_IN else {"function": self.name}


@dataclass(frozen=True)
class FirstLook:
    """What the worker says when the target is loaded and has been called."""

    cost_s: float
    pid: int
    free_threaded: bool
    gil_enabled: bool
    implementation: str
    version: str


class Worker:
    """Loads the target in an interpreter of its own, then does one measurement for each question."""

    def __init__(self, process: DriverProcess, first: FirstLook) -> None:
        self._process = process
        self.first = first

    @classmethod
    def of(cls, process: DriverProcess) -> Self:
        """Wait until the target is loaded. Raises DriverError."""
        ready = process.wait_for("ready")
        return cls(process, FirstLook(**{name: ready[name] for name in FirstLook.__dataclass_fields__}))

    def ask(self, do: str, **details: Any) -> None:
        """Send a command; `answer` waits for what comes of it."""
        self._process.send(json.dumps({"do": do, **details}))

    def answer(self) -> dict[str, Any]:
        """Return the next answer. Raises DriverError: the target failed, or ended its process."""
        return self._process.wait_for("answer")

    def measure(self, do: str, **details: Any) -> dict[str, Any]:
        """Ask and wait. Raises DriverError."""
        self.ask(do, **details)
        return self.answer()

    @contextmanager
    def taking_turns(self) -> Iterator[None]:
        """Have target and controls called in turns while the block runs. Raises DriverError."""
        self.ask("turns")
        self._process.wait_for("begun")
        yield
        self.ask("stop")
        self.answer()


@contextmanager
def open_worker(python: str, target: Target, *, time_limit_s: float = TIME_LIMIT_S) -> Iterator[Worker]:
    """Start a worker; when the block ends, nothing of it is left. Raises DriverError."""
    with _process(python, target, "session", time_limit_s) as process:
        yield Worker.of(process)


def check(python: str, target: Target, task: str, *, time_limit_s: float) -> Mapping[str, Any]:
    """Have one import check done in a throwaway process. Raises DriverError."""
    with _process(python, target, task, time_limit_s) as process:
        return process.wait_for("answer")


@contextmanager
def _process(python: str, target: Target, task: str, time_limit_s: float) -> Iterator[DriverProcess]:
    with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder:
        job = job_of(target, task)
        with DriverProcess(python, job, Path(folder), time_limit_s=time_limit_s) as process:
            yield process


def job_of(target: Target, task: str) -> dict[str, Any]:
    """Return the job file of a probe's worker (driver/protocol.md)."""
    pages: Sequence[str] = [str(page) for page in target.pages]
    return {
        "mode": "probe",
        "task": task,
        "parser": target.parser,
        "pages": pages,
        "import_path": list(target.import_path),
    }
