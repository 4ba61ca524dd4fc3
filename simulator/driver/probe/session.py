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
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from ..gil_watch import GilWatch
from ..loop_lag import lag_ns
from ..parsers import ParserSpecError, ParserUnavailableError, modules
from ..shared.control import Control
from ..shared.failure import Failure
from ..shared.handing import heaviest, weigh, why_not
from ..shared.preflight import HEAVY
from ..shared.process_setup import find_modules_in
from ..shared.python import gil_enabled
from .controls import alone, beside_spinner, hold, release, take_turns
from .imports import check
from .target import call_of
from .working import Team, batch_for, call_for

FIRST_LOOK_S = 0.05
LEAST_BYTES = 1000
"""What weighs less than a few of these is no burden, however small the page."""
LONG_S = 5.0
"""A call that takes longer is not made once more only to see what it costs."""
_PR_SET_PTRACER = 0x59616D61
_PR_SET_PTRACER_ANY = -1


def run_probe(job: "Mapping[str, Any]", control: Control) -> None:
    """Answer until the probe has no more questions.

    Raises:
        Failure: the target cannot be loaded, or a call of it failed.
    """
    find_modules_in(job["import_path"])
    watch = GilWatch()
    if job["task"] != "session":
        control.say("answer", **check(job["task"], modules(job["parser"]), lambda: _pages_once(job), watch))
        return
    _let_be_read()
    session = Session(job, watch)
    control.say("ready", **session.first_look(control), **session.gil())
    while (line := control.next_command()) is not None:
        command = json.loads(line)
        if command["do"] == "end":
            return
        if command["do"] == "turns":
            session.turns(control)
            control.next_command()
            control.say("answer", to="turns", **session.gil())
        else:
            control.say("answer", to=command["do"], **session.answer(command), **session.gil())


def _pages_once(job: "Mapping[str, Any]") -> None:
    """Call it on every page. Raises what it raises."""
    pages = [Path(path).read_bytes() for path in job["pages"]]
    call = call_of(job["parser"], pages)
    for number in range(len(pages)):
        call(number)


def _let_be_read() -> None:
    """Where Yama lets only ancestors read a process's memory, let the sampler, a sibling, do so too."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(_PR_SET_PTRACER_ANY), 0, 0, 0)


class Session:
    """The loaded target."""

    def __init__(self, job: Mapping[str, Any], watch: GilWatch) -> None:
        self._watch = watch
        pages = [Path(path).read_bytes() for path in job["pages"]]
        try:
            self._call = call_of(job["parser"], pages)
        except ParserUnavailableError as error:
            raise Failure("unsupported", str(error)) from error
        except ParserSpecError as error:
            raise Failure("unsupported", str(error).removeprefix("job.parser: ")) from error
        except Exception as error:
            raise Failure("failed", f"importing the target raises {_named(error)}") from error
        self._team = Team(self._call)
        self._sizes = [len(page) for page in pages]
        self._cost_s = 0.0
        self._batch = 1

    def first_look(self, control: Control) -> "dict[str, Any]":
        """Call it on every page, then for a moment; say what it costs and what this Python is."""
        found: dict[str, Any] = {}
        for number, size in enumerate(self._sizes):
            # A call in C cannot be ended from inside: whoever ends it from outside is to know which one it was.
            control.say("at", page=number, bytes=size)
            started = time.perf_counter()
            record = self._guarded(partial(self._call, number))
            self._cost_s = time.perf_counter() - started
            found = found or self._handing(record, size)
        if self._cost_s < LONG_S:  # which may have been the first call's own
            started = time.perf_counter()
            self._guarded(partial(self._call, 0))
            self._cost_s = time.perf_counter() - started
        if self._cost_s < FIRST_LOOK_S:
            batch = batch_for(self._cost_s)
            calls, elapsed = self._guarded(lambda: call_for(self._call, FIRST_LOOK_S, batch))
            self._cost_s = elapsed / calls
        self._batch = batch_for(self._cost_s)
        return {
            "cost_s": self._cost_s,
            "pid": os.getpid(),
            "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
            "implementation": sys.implementation.name,
            "version": sys.version.split()[0],
            "record": found,
        }

    @staticmethod
    def _handing(record: object, size: int) -> "dict[str, Any]":
        """Say what a record weighs when it is handed to another process, or why it cannot be."""
        try:
            weight = weigh(record)
        except BaseException:  # noqa: BLE001 - pickling runs the record's own code
            return {"page_bytes": size, "bytes": None, "to_blame": why_not(record)}
        heavy = weight >= HEAVY * max(size, LEAST_BYTES)
        return {"page_bytes": size, "bytes": weight, "to_blame": heaviest(record) if heavy else None}

    def gil(self) -> "dict[str, Any]":
        """Say whether there is a GIL now, and what has turned it on."""
        return {"gil_enabled": gil_enabled(), "gil_enabled_by": self._watch.enabled_by()}

    def turns(self, control: Control) -> None:
        """Take turns with the controls until the next command comes."""
        fd = control.commands_fd
        self._guarded(
            lambda: take_turns(self._call, self._cost_s, self._batch, fd, lambda: control.say("begun"))
        )

    def answer(self, command: "Mapping[str, Any]") -> "dict[str, Any]":
        """Do what a command says."""
        match command["do"]:
            case "threads":
                window = (command["threads"], command["calls"], self._batch, command["first"])
                found: dict[str, Any] = self._guarded(lambda: self._team.window(*window))
                return found
            case "loop":
                following = count().__next__
                call = None if command["idle"] else lambda: self._call(following())
                late = self._guarded(lambda: lag_ns(call, command["seconds"]))
                return {"lag_s": [one / 1e9 for one in late]}
            case "spinner":
                shares: dict[str, Any] = self._guarded(lambda: self._spinner(command["seconds"]))
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
            cost_s = alone(call, seconds / 2, batch)
            taken, calls = beside_spinner(call, seconds, batch)
            shares[name] = taken / calls / cost_s
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
