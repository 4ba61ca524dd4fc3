"""From a run to its trace: of each cell that is ok one repetition, and what was left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator import __version__
from simulator.analysis.summary import middle, valid
from simulator.measures.factors import CASE, IN_FLIGHT, STRATEGY
from simulator.result.document import CellResult, ResultDocument
from simulator.result.samples import Samples

from .counters import counters
from .event import Event
from .share import MOST_EVENTS, dealt, needed
from .slices import slices
from .tracks import named, tracks
from .way import ways

SamplesOf = Callable[[str, int], Samples | None]
"""(cell id, round) -> that repetition's raw samples."""

ABOUT = {
    "time": "microseconds since the first job of the repetition was due, in eighths",
    "worker N": "a thread that fetches and parses; its jobs follow one another",
    "loop": "an event loop's thread; on its own track only what holds it up, a parse: its jobs are in rows, by task",
    "task N": "jobs of a loop, dealt in the order of their starts to the first task that was free",
    "parser N": "a worker of a pool, which only parses",
    "waiting for a worker": "from the moment a job was due until a worker began it",
    "job": "from its start until its worker, or its task, may begin the next one",
    "fetch": "from the start until the client has resumed with the whole body; cpu_us is CPU of its thread in it",
    "to server": "until the server has the request: the client, or a backlog in front of the server",
    "network": "the server holds the request",
    "resume lag": "from the last byte that the server handed over until the client goes on",
    "to parser": "until the parse begins, in a pool",
    "parse": "cpu_us is CPU in it; the rest of its time it waited for the GIL, another lock or a core",
    "back": "until the driver's main interpreter holds the record",
    "jobs in flight": "started and not yet ready",
    "parses under way": "begun and not yet ended, computing or not",
}
"""What the names in a trace mean."""


@dataclass(frozen=True)
class TracedCell:
    """One cell and the repetition of it that is shown."""

    cell: CellResult
    round: int
    pid: int
    first_tid: int
    jobs: int
    """In the repetition."""
    kept: int
    """Of them, the first ones."""


@dataclass(frozen=True)
class _Chosen:
    cell: CellResult
    round: int
    jobs: int
    workers: int
    besides: int
    """Events besides those of its jobs."""
    each: int
    """The most for each job."""

    @property
    def needed(self) -> int:
        return self.besides + self.each * self.jobs


@dataclass(frozen=True)
class Trace:
    """What goes into the file."""

    cells: tuple[TracedCell, ...]
    other_data: Mapping[str, Any]
    events: Iterator[Event]
    """Made while they are written; once."""

    @property
    def left_out(self) -> tuple[TracedCell, ...]:
        """The cells of which jobs are left out."""
        return tuple(traced for traced in self.cells if traced.kept < traced.jobs)


def build(document: ResultDocument, samples: SamplesOf, most_events: int = MOST_EVENTS) -> Trace:
    """Return the trace of a run.

    Args:
        document: the run.
        samples: its raw samples; read twice, one repetition at a time. What it raises is raised here, or by `events`.
        most_events: which the file holds at the most.
    """
    found, without = _chosen(document, samples)
    shares = dealt([one.needed for one in found], most_events)
    traced: list[TracedCell] = []
    tid = len(found) + 1  # apart from every pid: a thread with the id of its process would be its main one
    for pid, (one, share) in enumerate(zip(found, shares, strict=True), start=1):
        kept = min(one.jobs, max(0, share - one.besides) // one.each)
        traced.append(TracedCell(one.cell, one.round, pid, tid, one.jobs, kept))
        tid += one.workers
    return Trace(tuple(traced), _other_data(document, traced, without), _events(traced, samples))


def cell_name(cell: CellResult) -> str:
    """Return what a cell is called in the viewers: its strategy and its levels."""
    words = [cell.strategy]
    for factor, level in cell.factors.items():
        written = {"None": "null", "True": "true", "False": "false"}.get(str(level), str(level))
        if factor == CASE:
            words.append(written)
        elif factor not in (STRATEGY, IN_FLIGHT):
            words.append(f"{factor.rpartition('.')[2]} {written}")
    return ", ".join([*words, f"{cell.in_flight} in flight"])


def _chosen(
    document: ResultDocument, samples: SamplesOf
) -> tuple[list[_Chosen], list[tuple[CellResult, str]]]:
    """Return the cells that can be shown, and the others with why not."""
    found: list[_Chosen] = []
    without: list[tuple[CellResult, str]] = []
    for cell in document.cells:
        good = valid(cell.repetitions)
        if cell.status != "ok" or not good:
            without.append((cell, cell.reason or cell.status))
            continue
        round_ = middle(good).round
        raw = samples(cell.id, round_)
        if raw is None or not len(raw):
            without.append((cell, f"no raw samples of round {round_} are kept"))
            continue
        workers = tracks(raw, 0)
        found.append(_Chosen(cell, round_, len(raw), len(workers), *needed(raw, workers)))
    return found, without


def _events(traced: list[TracedCell], samples: SamplesOf) -> Iterator[Event]:
    for one in traced:
        raw = samples(one.cell.id, one.round)
        if raw is None:
            continue
        workers = tracks(raw, one.first_tid)
        jobs = ways(raw, one.kept)
        yield from named(one.pid, cell_name(one.cell), workers.values())
        yield from slices(one.pid, jobs, workers)
        yield from counters(one.pid, jobs)


def _other_data(
    document: ResultDocument, traced: list[TracedCell], without: list[tuple[CellResult, str]]
) -> Mapping[str, Any]:
    return {
        "program": f"gil-simulator {__version__}",
        "run": document.id,
        "scenario": str(document.scenario.get("name", document.id)),
        "started_at": document.started_at,
        "machine": document.environment.get("machine"),
        "python": document.environment.get("python"),
        "about": ABOUT,
        "cells": [
            {
                "pid": one.pid,
                "name": cell_name(one.cell),
                "id": one.cell.id,
                "factors": dict(one.cell.factors),
                "round": one.round,
                "jobs": one.jobs,
                "jobs_left_out": one.jobs - one.kept,
            }
            for one in traced
        ],
        "cells_without": [{"id": cell.id, "name": cell_name(cell), "reason": why} for cell, why in without],
    }
