"""After a run: one more repetition of some of its cells, not measured, in which it is seen who runs when."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from simulator.analysis.timeline import SKIP, WIDTH_US
from simulator.analysis.turns import timeline_with_turns
from simulator.experiment import events
from simulator.measures.factors import STRATEGY
from simulator.result.attribution import Timeline
from simulator.result.observation import Broken, Observed
from simulator.result.repetition import Repetition
from simulator.runner import family
from simulator.runner.repetition import Workers
from simulator.runner.servers import ServerError
from simulator.runner.stop import Stopped
from simulator.runner.watch import Watcher
from simulator.scenario.cells import Cell
from simulator.schedule.block import broken

Watching = Callable[[Workers], AbstractContextManager[object]]
"""Makes what watches a repetition's workers while its window is open."""

MARGIN_S = 0.1
"""Looked at after the stretch: how long a thread waited for a core is known only when it gets one."""


class NotSeenError(Exception):
    """There are no turns of a cell: why, for a person."""


ALL = 24
"""The most cells that are watched where it is asked for."""
FOR_THE_PAGE = 6
"""And where nothing but a page is."""


@dataclass(frozen=True)
class Choice:
    """Which cells are watched."""

    cells: tuple[Cell, ...]
    left_out: int
    """Cells that could be watched as well."""


def choose(cells: Sequence[Cell], ok: Iterable[str], most: int) -> Choice:
    """Return the cells that are watched: whole combinations, from the first to the last in equal steps.

    Args:
        cells: of the run.
        ok: ids of those with valid repetitions.
        most: how many at the most.
    """
    valid = set(ok)
    combinations: dict[tuple[Any, ...], list[Cell]] = {}
    for cell in cells:
        # One job at a time has nobody to take turns with.
        if cell.id in valid and cell.id != cell.baseline_id and cell.plan.in_flight > 1:
            levels = tuple(level for name, level in cell.factors.items() if name != STRATEGY)
            combinations.setdefault(levels, []).append(cell)
    groups = list(combinations.values())
    possible = sum(map(len, groups))
    steps = max(1, min(len(groups), most // max(map(len, groups), default=1)))
    taken = (
        [groups[round(step * (len(groups) - 1) / max(1, steps - 1))] for step in range(steps)]
        if groups
        else []
    )
    chosen = tuple(cell for group in taken for cell in group)[:most]
    return Choice(chosen, possible - len(chosen))


def expected_s(repetitions: Iterable[Repetition]) -> float:
    """Return how long a window is expected to be open, from the valid repetitions of the cell."""
    return median(r.measures.makespan_s for r in repetitions if r.status == "ok" and r.measures is not None)


def watch_all(
    cells: Sequence[Cell],
    repetitions: Sequence[Repetition],
    most: int,
    once: Callable[[Cell, Watching], Observed | Broken],
    emit: Callable[[events.Event], None],
) -> None:
    """Watch one more repetition of some cells; whatever goes wrong, only the turns are missing.

    Args:
        cells: that could be run.
        repetitions: what was measured.
        most: how many cells, at the most.
        once: runs a cell once.
        emit: is told what was seen of each, or why nothing.
    """
    ok = {r.cell_id for r in repetitions if r.status == "ok"} - broken(repetitions)
    choice = choose(cells, ok, most)
    emit(events.TurnsChosen(tuple(cell.id for cell in choice.cells), choice.left_out))
    try:
        for cell in choice.cells:
            emit(events.TurnsStarted(cell.id))
            ramp_s = (cell.ramp_ns or 0) / 1e9
            own = [r for r in repetitions if r.cell_id == cell.id]
            try:
                emit(events.TurnsWatched(cell.id, watched(expected_s(own), partial(once, cell), ramp_s)))
            except (NotSeenError, ServerError) as error:
                emit(events.TurnsWatched(cell.id, None, str(error)))
    except Stopped:
        emit(events.TurnsStopped())


def watched(
    window_s: float,
    run: Callable[[Watching], Observed | Broken],
    ramp_s: float = 0.0,
) -> Timeline:
    """Run a cell once more and watch it.

    Args:
        window_s: how long its window is expected to be open.
        run: runs it, given what makes a watcher of its workers.
        ramp_s: how long it takes from "go" until its window opens.

    Raises:
        NotSeenError: there is nothing to show.
        ServerError: the mock server does not answer.
        Stopped: nobody wants it any more.
    """
    watchers: list[Watcher] = []

    def watching(workers: Workers) -> AbstractContextManager[object]:
        if not workers:
            return nullcontext()
        watchers.append(Watcher(workers, after_s=ramp_s + window_s * SKIP, for_s=WIDTH_US / 1e6 + MARGIN_S))
        return watchers[0]

    if not family.READABLE:
        raise NotSeenError("only Linux tells which threads run")
    try:
        seen = run(watching)
    except OSError as error:
        raise NotSeenError(f"it could not be run, or its threads not be looked at: {error}") from error
    if isinstance(seen, Broken):
        raise NotSeenError(seen.reason)
    if not watchers:
        raise NotSeenError("this Python does not tell the ids of its threads")
    made = timeline_with_turns(seen.samples, watchers[0].looks())
    if made is None:
        raise NotSeenError("its jobs were done before anybody looked, or its server tells no times")
    return made
