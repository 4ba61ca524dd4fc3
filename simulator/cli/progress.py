"""Progress on stderr: a live line on a terminal, else a plain line every ten seconds."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.experiment.events import (
    CalibrationStarted,
    EnvironmentStarted,
    Event,
    HandlerFailed,
    Measured,
    RepetitionStarted,
    StillRunning,
    TurnsChosen,
    TurnsNotSeen,
    TurnsStarted,
    TurnsStopped,
)
from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.result.run import RunHeader
from simulator.text.numbers import clock

PLAIN_EVERY_S = 10.0
REDRAW_EVERY_S = 0.25


@dataclass(frozen=True)
class Progress:
    """What is being done, in words."""

    doing: str
    done: int
    planned: int
    """Repetitions done and in all, as far as is known now."""
    reruns: int = 0
    """Rounds that were disturbed and are done again."""
    why: str = ""
    """What it is good for, where that is not plain."""
    left_s: float | None = None
    """How long it will still take, as far as can be said; null: cannot be said yet."""


class Following:
    """Follows the events of a run, and puts the last of them in words."""

    def __init__(self, header: RunHeader) -> None:
        self._factors = {cell.id: cell.factors for cell in header.cells}
        self._now = Progress("", 0, len(header.cells) * header.rounds)

    def words(self, event: Event) -> Progress | None:
        """Return what is being done since this event; null: it changes nothing."""
        match event:
            case EnvironmentStarted():
                made = f"making an environment for {event.runtime}: {', '.join(event.requirements)} (once)"
                self._now = replace(self._now, doing=made, why="")
            case CalibrationStarted():
                on = "" if event.runtime is None else f" on {event.runtime}"
                why = "calibrated once, used in every cell"
                self._now = replace(self._now, doing=f"calibrating {event.parser}{on}", why=why)
            case RepetitionStarted():
                self._now = Progress(
                    doing=self._levels(event.cell_id),
                    done=event.done,
                    planned=event.planned,
                    reruns=event.rounds_discarded,
                    why=event.why,
                    left_s=event.left_s,
                )
            case Measured(status="complete"):
                self._now = Progress("done", event.repetitions, event.repetitions)
            case TurnsStarted():
                why = "one more repetition, watched to see who runs when; not measured"
                self._now = replace(self._now, doing=self._levels(event.cell_id), why=why)
            case StillRunning():
                pass
            case _:
                return None
        return self._now

    def remark(self, event: Event) -> str | None:
        """Return what a person should know of this event when all is over; null: nothing."""
        match event:
            case TurnsChosen() if event.left_out:
                return f"turns: {len(event.cell_ids)} cells are watched, {event.left_out} more are left out"
            case TurnsNotSeen():
                return f"turns: {self._levels(event.cell_id)}: not seen: {event.reason}"
            case TurnsStopped():
                return "turns: interrupted; the run is complete, and nothing measured is missing"
            case HandlerFailed():
                return f"{event.handler}: {event.reason}; the run went on without it"
            case _:
                return None

    def _levels(self, cell_id: str) -> str:
        return levels(self._factors[cell_id])


def levels(factors: Mapping[str, Any]) -> str:
    """Return a cell's levels in a few words."""
    others = [
        "null" if level is None else str(level)
        for name, level in factors.items()
        if name not in (STRATEGY, IN_FLIGHT)
    ]
    return ", ".join([str(factors[STRATEGY]), *others])


class Terminal:
    """Shows progress, and collects what is to be said at the end.

    It draws only when something happens, so nothing wakes inside a window.

    Args:
        console: of stderr.
        quiet: show no progress.
    """

    name = "the progress line"

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._live: Live | None = None
        self._shown_at = 0.0
        self._began = 0.0
        self.remarks: list[str] = []

    def start(self, header: RunHeader) -> None:
        """Show nothing yet."""
        self._following = Following(header)
        self._began = time.monotonic()
        if self._quiet:
            return
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        else:
            self._shown_at = self._began

    def handle_event(self, event: Event) -> None:
        """Show what is being done now, unless something was shown a moment ago."""
        remark = self._following.remark(event)
        if remark is not None:
            self.remarks.append(remark)
        progress = self._following.words(event)
        now = time.monotonic()
        every_s = PLAIN_EVERY_S if self._live is None else REDRAW_EVERY_S
        if self._quiet or progress is None or now - self._shown_at < every_s:
            return
        self._shown_at = now
        gone = f"{clock(now - self._began)} gone"
        times = gone if progress.left_s is None else f"{gone}, about {clock(progress.left_s)} left"
        if self._live is not None:
            self._live.update(_line(progress, times), refresh=True)
            return
        self._console.print(
            f"{progress.done}/{progress.planned} repetitions, {times}; {_doing(progress)}",
            soft_wrap=True,
            markup=False,
        )

    def shutdown(self) -> None:
        """Leave the terminal as it was."""
        if self._live is not None:
            self._live.stop()


def _line(progress: Progress, times: str) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_row(
        ProgressBar(total=max(1, progress.planned), completed=progress.done, width=20),
        Text(f"{progress.done}/{progress.planned}"),
        Text(times, style="dim"),
        Text(_doing(progress), no_wrap=True, overflow="ellipsis"),
    )
    return row


def _doing(progress: Progress) -> str:
    disturbed = f"{progress.reruns} rounds disturbed, done again" if progress.reruns else ""
    notes = "; ".join(note for note in (progress.why, disturbed) if note)
    return f"{progress.doing} ({notes})" if notes else progress.doing
