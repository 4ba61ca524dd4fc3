"""The process that calls the probed function, as the probe talks to it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from simulator.driver.parsers import BUILT_IN
from simulator.runner.calibrate import with_last_words
from simulator.runner.driver_process import DriverError, DriverProcess, TimeLimitError
from simulator.runner.scratch import scratch
from simulator.text.numbers import clock, duration, size

TIME_LIMIT_S = 120.0
"""Of a whole probe; a call may take seconds, and is made a few times."""
FIRST_CALL_SHARE = 0.25
"""Of the limit: a page that takes longer leaves no time for the calls that a probe needs."""
SILENT_S = 5.0
"""After so long it is said what is waited for, and again after as long."""


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
    gil_enabled_by: str | None = None
    """The module that turned it on, in an import or a call."""
    record: Mapping[str, Any] | None = None
    """What the record of the first page weighs when pickled: `page_bytes`, `bytes`, `to_blame`."""


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

    def __init__(self, process: DriverProcess, first: FirstLook, waiting: "Waiting") -> None:
        self._process = process
        self._waiting = waiting
        self.first = first
        self.gil_enabled, self.gil_enabled_by = first.gil_enabled, first.gil_enabled_by
        """As of the last answer."""

    @classmethod
    def of(cls, process: DriverProcess, waiting: "Waiting") -> Self:
        """Wait until the target is loaded. Raises DriverError."""
        ready = _heard(process, "ready", waiting)
        first = FirstLook(**{name: ready[name] for name in FirstLook.__dataclass_fields__})
        return cls(process, first, waiting)

    def ask(self, do: str, **details: Any) -> None:
        """Send a command; `answer` waits for what comes of it."""
        self._process.send(json.dumps({"do": do, **details}))

    def answer(self, do: str) -> dict[str, Any]:
        """Return the next answer, which must be to this question.

        Raises:
            DriverError: the target failed, or ended its process, or the answer is to something else.
        """
        answer = _heard(self._process, "answer", self._waiting)
        missing = [name for name in ANSWERS[do] if name not in answer]
        if answer.get("to") != do or missing:
            said = f"without {missing[0]}" if missing else f"to {answer.get('to')!r}"
            raise DriverError("failed", f"the probe's worker was asked for {do!r}, and its answer is {said}")
        self.gil_enabled, self.gil_enabled_by = answer["gil_enabled"], answer["gil_enabled_by"]
        return answer

    def measure(self, do: str, **details: Any) -> dict[str, Any]:
        """Ask and wait. Raises DriverError."""
        self.ask(do, **details)
        return self.answer(do)

    @contextmanager
    def taking_turns(self) -> Iterator[None]:
        """Have target and controls called in turns while the block runs, however it ends. Raises DriverError."""
        self.ask("turns")
        _heard(self._process, "begun", self._waiting)
        try:
            yield
        except Exception:
            self._stop_turns()
            raise
        self._stop_turns()

    def _stop_turns(self) -> None:
        self.ask("stop")
        self.answer("turns")


@dataclass
class Waiting:
    """What is said while nothing comes from a worker, and the limits of that.

    Args:
        target: what is called.
        time_limit_s: of the whole probe.
        say: told what is waited for.
    """

    target: Target
    time_limit_s: float
    say: Callable[[str], None]

    def watch(self, process: DriverProcess, event: str) -> Callable[[], None]:
        """Return what is to be called now and then while this event does not come. It raises DriverError."""
        began = said = time.monotonic()
        page: Mapping[str, Any] | None = process.at
        since = began

        def woken() -> None:
            nonlocal said, page, since
            now = time.monotonic()
            if process.at is not page:
                page, since = process.at, now
            if event == "ready" and page is not None and now - since > FIRST_CALL_SHARE * self.time_limit_s:
                raise DriverError("failed", self.too_long(page, FIRST_CALL_SHARE * self.time_limit_s))
            if now - said >= SILENT_S:
                said = now
                what = f"it on {self._page(page)}" if event == "ready" and page is not None else "it"
                self.say(f"still calling {what}, {clock(now - began)} so far")

        return woken

    def too_long(self, page: Mapping[str, Any], seconds: float) -> str:
        """Say that one page takes too long."""
        return (
            f"{self._page(page)} takes longer than {duration(seconds)}, a quarter of the time limit, and a probe needs"
            " several calls; give smaller pages with --pages-from, or raise --time-limit"
        )

    def over(self) -> str:
        """Say that the whole takes too long."""
        return (
            f"the probe did not end within {duration(self.time_limit_s)}, its time limit; give smaller pages with"
            " --pages-from, or raise --time-limit"
        )

    def _page(self, page: Mapping[str, Any]) -> str:
        path = self.target.pages[int(page["page"])]
        return f"page {int(page['page']) + 1} ({path.name}, {size(page['bytes'])})"


def _heard(process: DriverProcess, event: str, waiting: Waiting) -> dict[str, Any]:
    """Wait for this event. Raises DriverError, with what the worker printed last where it ended by itself."""
    try:
        return process.wait_for(event, waiting.watch(process, event))
    except TimeLimitError as error:
        if event == "ready" and error.at is not None:
            reason = waiting.too_long(error.at, FIRST_CALL_SHARE * waiting.time_limit_s)
        else:
            reason = waiting.over()
        raise DriverError("failed", reason) from error
    except DriverError as error:
        if not error.reason.startswith("the driver "):
            raise  # it said why
        raise with_last_words(error, process.last_words()) from error


def _silent(_: str) -> None:
    """Say nothing."""


@contextmanager
def open_worker(
    python: str,
    target: Target,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    left_s: float | None = None,
    say: Callable[[str], None] = _silent,
) -> Iterator[Worker]:
    """Start a worker; when the block ends, nothing of it is left.

    Args:
        python: what runs it.
        target: what it calls.
        time_limit_s: of the whole probe.
        left_s: of it; null: all.
        say: told what is waited for, when it takes long.

    Raises:
        DriverError: the target cannot be loaded or called there, or not within the limit.
    """
    with _process(python, target, "session", time_limit_s if left_s is None else left_s) as process:
        yield Worker.of(process, Waiting(target, time_limit_s, say))


def check(python: str, target: Target, task: str, *, time_limit_s: float) -> Mapping[str, Any]:
    """Have one import check done in a throwaway process. Raises DriverError."""
    with _process(python, target, task, time_limit_s) as process:
        return process.wait_for("answer")


@contextmanager
def _process(python: str, target: Target, task: str, time_limit_s: float) -> Iterator[DriverProcess]:
    with scratch() as folder:
        job = job_of(target, task)
        with DriverProcess(python, job, folder, time_limit_s=time_limit_s) as process:
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
