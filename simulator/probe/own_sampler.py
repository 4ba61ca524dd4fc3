"""Looks with `profiling.sampling` (PEP 799), which Python 3.15 brings along and which reads that version alone.

Its profile for the Firefox Profiler has, of each thread, when it was where, and as marks from when to when it held the
GIL: one look at both. Of files it has names without folders; its lines of JSON, which another one writes at the same
time, have whole paths. https://docs.python.org/3.15/library/profiling.sampling.html
"""

import json
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from simulator.probe.sampling import (
    PHASE,
    PHASES,
    RATE_HZ,
    CannotLookError,
    Function,
    Look,
    only_calls,
    running,
    written,
)

FIRST = (3, 15)
"""Version of Python that has it."""
FORMS = ("--gecko", "--jsonl")
_HOLDING = "HasGIL"


@dataclass(frozen=True)
class OwnSampler:
    """The sampler of the very Python that is looked at.

    Attributes:
        python: which.
    """

    python: str
    name: str = "profiling.sampling"

    def look(self, pid: int, seconds: int) -> Look:
        """Sample for `seconds`. Raises CannotLookError."""
        words = f"attach --all-threads --no-gc --sampling-rate {RATE_HZ} --duration {seconds} --output"
        command = (self.python, "-P", "-m", "profiling.sampling", *words.split())
        with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder, ExitStack() as stack:
            outputs = [Path(folder) / form.lstrip("-") for form in FORMS]
            started = [
                stack.enter_context(running([*command, str(output), form, str(pid)], self.name))
                for output, form in zip(outputs, FORMS, strict=True)
            ]
            profile, lines = (
                written(process, output, seconds, self.name)
                for process, output in zip(started, outputs, strict=True)
            )
        try:
            return read(json.loads(profile), paths_in(lines))
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise CannotLookError(f"{self.name} wrote a profile of another form than is known") from error


def paths_in(lines: str) -> dict[tuple[str, str], str]:
    """Return (function, name of its file) → whole path; without those of which there are several."""
    found: dict[tuple[str, str], set[str]] = {}
    strings: dict[int, str] = {}
    for line in map(json.loads, lines.splitlines()):
        if line["type"] == "string_table":
            strings |= {one["str_id"]: one["value"] for one in line["strings"]}
        elif line["type"] == "frame_table":
            for frame in line["frames"]:
                path = strings[frame["path_str_id"]]
                found.setdefault((strings[frame["func_str_id"]], PurePath(path).name), set()).add(path)
    return {key: path for key, (path, *others) in found.items() if not others}


def read(profile: Mapping[str, Any], paths: Mapping[tuple[str, str], str]) -> Look:
    """Return what a profile says. Raises KeyError, IndexError or TypeError where it has another form."""
    strings = profile["shared"]["stringArray"]
    everything, holding = Counter[str](), Counter[str]()
    holders = Counter[Function | None]()

    def function(name: int, file: int | None) -> Function:
        at = (strings[name], "" if file is None else strings[file])  # none: of something that is no Python
        return Function(at[0], paths.get(at, at[1]), None)

    for thread in profile["threads"]:
        turns = [_turn(stack) for stack in _stacks(thread, function)]
        holds = _holding(thread["markers"])
        samples = thread["samples"]
        for stack, at in zip(samples["stack"], samples["time"], strict=True):
            if stack is None or (turn := turns[stack]) is None:
                continue
            phase, innermost = turn
            everything[phase] += 1
            if holds(at):
                holding[phase] += 1
                holders.update([innermost] if phase == "target" else [])
    return Look(everything, holding, holders)


def _holding(marks: Mapping[str, Any]) -> Callable[[float], bool]:
    """Return what tells whether a thread held the GIL at a moment."""
    spans = zip(marks["startTime"], marks["endTime"], marks["data"], strict=True)
    held = sorted((start, end) for start, end, data in spans if data["type"] == _HOLDING)
    begun = [start for start, _ in held]

    def holds(at: float) -> bool:
        number = bisect_right(begun, at) - 1
        return number >= 0 and at < held[number][1]

    return holds


def _stacks(
    thread: Mapping[str, Any], function: Callable[[int, int | None], Function]
) -> Iterator[tuple[Function, ...]]:
    """Yield each stack that samples name, outermost function first; what one begins with stands before it."""
    functions, table = thread["funcTable"], thread["stackTable"]
    known = [function(*at) for at in zip(functions["name"], functions["fileName"], strict=True)]
    made: list[tuple[Function, ...]] = []
    for frame, prefix in zip(table["frame"], table["prefix"], strict=True):
        inner = known[thread["frameTable"]["func"][frame]]
        made.append((*(() if prefix is None else made[prefix]), inner))
        yield made[-1]


def _turn(stack: tuple[Function, ...]) -> tuple[str, Function | None] | None:
    """Return whose turn it is, and the innermost function, null: what only makes the calls; null: nobody's."""
    for phase in PHASES:
        if any(function.name.endswith(f"{PHASE}{phase}") for function in stack):
            return phase, None if only_calls(Path(stack[-1].file)) else stack[-1]
    return None
