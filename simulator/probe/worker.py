"""The process that calls the probed function, as the probe talks to it."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from simulator.driver.parsers import BUILT_IN
from simulator.runner.calibrate import with_last_words
from simulator.runner.driver_process import DriverError, DriverProcess

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


ANSWERS: Mapping[str, tuple[str, ...]] = {
    "threads": (
        "began_s",
        "ended_s",
        "calls_per_s",
        "cpu_per_call_s",
        "on_cpu",
        "waiting",
        "kernel",
        "faults_per_call",
    ),
    "loop": ("lag_s",),
    "spinner": ("target", "hold", "release"),
    "turns": (),
}
"""What the answer to each question has, beside `to`, the question."""


class Worker:
    """Loads the target in an interpreter of its own, then does one measurement for each question."""

    def __init__(self, process: DriverProcess, first: FirstLook) -> None:
        self._process = process
        self.first = first

    @classmethod
    def of(cls, process: DriverProcess) -> Self:
        """Wait until the target is loaded. Raises DriverError."""
        ready = _heard(process, "ready")
        return cls(process, FirstLook(**{name: ready[name] for name in FirstLook.__dataclass_fields__}))

    def ask(self, do: str, **details: Any) -> None:
        """Send a command; `answer` waits for what comes of it."""
        self._process.send(json.dumps({"do": do, **details}))

    def answer(self, do: str) -> dict[str, Any]:
        """Return the next answer, which must be to this question.

        Raises:
            DriverError: the target failed, or ended its process, or the answer is to something else.
        """
        answer = _heard(self._process, "answer")
        missing = [name for name in ANSWERS[do] if name not in answer]
        if answer.get("to") != do or missing:
            said = f"without {missing[0]}" if missing else f"to {answer.get('to')!r}"
            raise DriverError("failed", f"the probe's worker was asked for {do!r}, and its answer is {said}")
        return answer

    def measure(self, do: str, **details: Any) -> dict[str, Any]:
        """Ask and wait. Raises DriverError."""
        self.ask(do, **details)
        return self.answer(do)

    @contextmanager
    def taking_turns(self) -> Iterator[None]:
        """Have target and controls called in turns while the block runs, however it ends. Raises DriverError."""
        self.ask("turns")
        _heard(self._process, "begun")
        try:
            yield
        except Exception:
            self._stop_turns()
            raise
        self._stop_turns()

    def _stop_turns(self) -> None:
        self.ask("stop")
        self.answer("turns")


def _heard(process: DriverProcess, event: str) -> dict[str, Any]:
    """Wait for this event. Raises DriverError, with what the worker printed last where it ended by itself."""
    try:
        return process.wait_for(event)
    except DriverError as error:
        if not error.reason.startswith("the driver "):
            raise  # it said why
        raise with_last_words(error, process.last_words()) from error


@contextmanager
def open_worker(python: str, target: Target, *, time_limit_s: float = TIME_LIMIT_S) -> Iterator[Worker]:
    """Start a worker; when the block ends, nothing of it is left. Raises DriverError."""
    with _process(python, target, "session", time_limit_s) as process:
        yield Worker.of(process)


def check(python: str, target: Target, task: str, *, time_limit_s: float) -> Mapping[str, Any]:
    """Have one import check done in a throwaway process. Raises DriverError."""
    with _process(python, target, task, time_limit_s) as process:
        return _heard(process, "answer")


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
