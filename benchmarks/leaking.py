"""Many repetitions in a row: does anything of them stay? For `benchmarks.campaign`."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from benchmarks.aftermath import PROC, World, ended, ended_badly, tell
from simulator.cli import exits

SCENARIO = """
name: leaking
server: {{latency: 1ms, content: {{kind: catalogue, count: 5, items: 2}}}}
job: {{parser: html.parser, pages: 8, warmup: 1}}
strategies: [threads, processes]
in_flight: 2
rounds: {rounds}
validity: {{min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}}
"""
CELLS = 3
"""With the baseline."""
EACH_S = 0.25
"""Between two looks."""
FEWEST = 200
"""Repetitions over which a process is looked at: what is loaded once weighs little in them."""
SETTLED = 0.25
"""Of the looks, in which it is loaded."""
MOST_KB = 32.0
"""A repetition may leave in the runner, which keeps its measures until the summary: 14 kB in 1,200 repetitions."""
MOST_SERVER_KB = 4.0
MOST_FILES = 3
"""By which open files and threads may differ between the beginning and the end: a look may fall upon a start."""


@dataclass(frozen=True)
class Look:
    """What a process has of the system."""

    at: int
    """Repetitions done."""
    kb: float
    """Resident."""
    files: int
    threads: int


def of_leaks(folder: Path, repetitions: int) -> tuple[Counter[str], list[str]]:
    """Run so many repetitions; return what one of them left, and the faults."""
    (folder / "leaking.yaml").write_text(SCENARIO.format(rounds=max(1, repetitions // CELLS)), "utf-8")
    world, events = World(folder), folder / "events.jsonl"
    process = world.start("run", "leaking.yaml", "--quiet", "--progress", f"jsonl:{events}")
    looks: dict[str, list[Look]] = {"runner": [], "mock server": []}
    with _Following(events) as following:
        while process.poll() is None:
            time.sleep(EACH_S)
            at = following.done()
            tell(f"{at} of {repetitions} repetitions or more")
            server = next((pid for pid, line in world.running().items() if "mockserver" in line), None)
            for name, pid in (("runner", process.pid), ("mock server", server)):
                if at and pid is not None and (look := _look(pid, at)) is not None:
                    looks[name].append(look)
        done = following.done()
    code, errors = ended(process)
    faults = list(ended_badly(code, errors, (exits.OK,)))
    if done < repetitions // CELLS * CELLS:
        faults.append(f"{done} repetitions of {repetitions} were done")
    left = Counter[str]({"repetitions": done})
    for name, most_kb in (("runner", MOST_KB), ("mock server", MOST_SERVER_KB)):
        # Not what summing up takes at the end.
        going = [look for look in looks[name] if look.at < done]
        settled = going[int(len(going) * SETTLED) :]
        if not settled:
            faults.append(f"{name}: nobody has seen it")
        elif settled[-1].at - settled[0].at >= FEWEST:
            grown = _slope(settled)
            left[f"bytes that one left in the {name}"] = round(grown * 1024)
            faults += (f"{name}: {fault}" for fault in _grown(settled, grown, most_kb))
    return left, [*faults, *world.end_all(), *world.lying_about()]


def _grown(looks: list[Look], grown_kb: float, most_kb: float) -> Iterator[str]:
    if grown_kb > most_kb:
        yield f"each repetition leaves {grown_kb:.1f} kB"
    third = len(looks) // 3
    for what in ("files", "threads"):
        # The fewest: while a repetition runs there are more of both.
        first, last = (min(getattr(each, what) for each in part) for part in (looks[:third], looks[-third:]))
        if last > first + MOST_FILES:
            yield f"{what}: {first} at the beginning, {last} at the end"


def _slope(looks: list[Look]) -> float:
    """Return how much resident memory grows with each repetition, in kB."""
    at, kb = (np.array([getattr(each, name) for each in looks], dtype=float) for name in ("at", "kb"))
    return float(np.polyfit(at, kb, 1)[0]) if np.ptp(at) else 0.0


def _look(pid: int, at: int) -> Look | None:
    """Return what a process has; null: it has ended."""
    with suppress(OSError, IndexError):
        status = (PROC / f"{pid}" / "status").read_text("utf-8")
        return Look(
            at,
            float(status.split("VmRSS:")[1].split()[0]),
            len(list((PROC / f"{pid}" / "fd").iterdir())),
            int(status.split("Threads:")[1].split()[0]),
        )
    return None


class _Following:
    """Counts the repetitions that the lines of a run tell of."""

    def __init__(self, events: Path) -> None:
        events.touch()
        self._file = events.open(encoding="utf-8")
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def done(self) -> int:
        """Return how many are done by now."""
        for line in self._file:
            with suppress(json.JSONDecodeError):
                self._done += json.loads(line)["event"] == "repetition_judged"
        return self._done
