"""The worker's conversation: the target is loaded once, then one measurement for each command.

Commands are JSON lines, `{"do": …}`; each is answered by one event `answer`, see protocol.md.
"""

import contextlib
import ctypes
import json
import os
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..loop_lag import lag_ns
from ..parsers import ParserSpecError, ParserUnavailableError, modules
from ..shared.control import Control
from ..shared.failure import Failure
from ..shared.python import gil_enabled
from .controls import beside_spinner, hold, release, take_turns
from .imports import check
from .target import callers
from .working import batch_for, call_for, work

PROBE = "probe"
FIRST_LOOK_S = 0.05
_PR_SET_PTRACER = 0x59616D61
_PR_SET_PTRACER_ANY = -1


def is_probe(job: "Mapping[str, Any]") -> bool:
    """Whether a job file is the probe's."""
    return job.get("mode") == PROBE


def run_probe(job: "Mapping[str, Any]", control: Control) -> None:
    """Answer until the probe has no more questions.

    Raises:
        Failure: the target cannot be loaded, or a call of it failed.
    """
    sys.path[:0] = job["import_path"]
    if job["task"] != "session":
        control.say("answer", **check(job["task"], modules(job["parser"])))
        return
    _let_be_read()
    session = Session(job)
    control.say("ready", **session.first_look())
    while (line := control.next_command()) is not None:
        command = json.loads(line)
        if command["do"] == "end":
            return
        if command["do"] == "turns":
            session.turns(control)
            control.next_command()
            control.say("answer")
        else:
            control.say("answer", **session.answer(command))


def _let_be_read() -> None:
    """Where Yama lets only ancestors read a process's memory, let the sampler, a sibling, do so too."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(_PR_SET_PTRACER_ANY), 0, 0, 0)


class Session:
    """The loaded target."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        pages = [Path(path).read_bytes() for path in job["pages"]]
        try:
            self._caller = callers(job["parser"], pages)
        except ParserUnavailableError as error:
            raise Failure("unsupported", str(error)) from error
        except ParserSpecError as error:
            raise Failure("unsupported", str(error).removeprefix("job.parser: ")) from error
        except Exception as error:
            raise Failure("failed", f"importing the target raises {_named(error)}") from error
        self._call = self._caller()
        self._pages = len(pages)
        self._cost_s = 0.0
        self._batch = 1

    def first_look(self) -> "dict[str, Any]":
        """Call it on every page, then for a moment; say what it costs and what this Python is."""
        self._guarded(lambda: [self._call() for _ in range(self._pages)])
        started = time.perf_counter()
        self._guarded(self._call)
        batch = batch_for(time.perf_counter() - started)
        calls, elapsed = self._guarded(lambda: call_for(self._call, FIRST_LOOK_S, batch))
        self._cost_s = elapsed / calls
        self._batch = batch_for(self._cost_s)
        return {
            "cost_s": self._cost_s,
            "pid": os.getpid(),
            "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
            "gil_enabled": gil_enabled(),
            "implementation": sys.implementation.name,
            "version": sys.version.split()[0],
        }

    def turns(self, control: Control) -> None:
        """Take turns with the controls until the next command comes."""
        fd = control.commands_fd
        self._guarded(
            lambda: take_turns(self._call, self._cost_s, self._batch, fd, lambda: control.say("begun"))
        )

    def answer(self, command: "Mapping[str, Any]") -> "dict[str, Any]":
        """Do what a command says."""
        seconds = command["seconds"]
        match command["do"]:
            case "threads":
                calls = [self._caller() for _ in range(command["threads"])]
                found: dict[str, Any] = self._guarded(lambda: work(calls, seconds, self._batch))
                return found
            case "loop":
                call = None if command["idle"] else self._call
                return {"lag_s": [late / 1e9 for late in self._guarded(lambda: lag_ns(call, seconds))]}
            case "spinner":
                shares: dict[str, Any] = self._guarded(lambda: self._spinner(seconds))
                return shares
        raise Failure("failed", f"the worker does not know how to do {command['do']!r}")

    def _spinner(self, seconds: float) -> "dict[str, Any]":
        """Share of its own time alone in which a call keeps a spinning thread from running; controls likewise."""
        shares = {}
        for name, call, batch in (
            ("target", self._call, self._batch),
            ("hold", hold, 1),
            ("release", release, 1),
        ):
            calls, elapsed = call_for(call, seconds / 2, batch)
            taken, beside = beside_spinner(call, seconds, batch)
            shares[name] = (taken / beside) / (elapsed / calls)
        return shares

    @staticmethod
    def _guarded(do: "Callable[[], Any]") -> Any:
        try:
            return do()
        except Failure:
            raise
        except ParserSpecError as error:
            raise Failure("failed", str(error).removeprefix("job.parser: ")) from error
        except Exception as error:
            raise Failure("failed", f"the target raises {_named(error)}") from error


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]
