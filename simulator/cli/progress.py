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

from simulator.experiment import events
from simulator.experiment.handlers import Handler
from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.result.run import RunHeader
from simulator.schedule.reason import AnotherRound, Climbing, Imprecise, Racing, Reason, Scouting
from simulator.text.numbers import clock, share, times

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


class Terminal(Handler):
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
        self._units = ""
        self.remarks: list[str] = []

    def start(self, header: RunHeader) -> None:
        """Show nothing yet."""
        self._factors = {cell.id: cell.factors for cell in header.cells}
        self._now = Progress("", 0, len(header.cells) * header.rounds)
        self._began = self._shown_at = time.monotonic()
        if self._console.is_terminal and not self._quiet:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
            self._shown_at = 0.0

    def handle_event(self, event: events.Event) -> None:
        """Show what is being done now, unless something was shown a moment ago."""
        self._refused(event)
        remark = self._remark(event)
        if remark is not None:
            self.remarks.append(remark)
        elif self._changes(event) and not self._quiet:
            self._show(time.monotonic())

    def shutdown(self) -> None:
        """Leave the terminal as it was."""
        if self._live is not None:
            self._live.stop()

    def _refused(self, event: events.Event) -> None:
        """Say at once that a cell is not measured, since it could not count."""
        if isinstance(event, events.RepetitionJudged) and not self._quiet:
            judged = event.repetition
            if judged.status == "invalid" and judged.measures is None:
                name = levels(self._factors[judged.cell_id])
                self._console.print(
                    f"simulator: {name}: not measured: {judged.reason}",
                    style="yellow", soft_wrap=True, markup=False,
                )  # fmt: skip

    def _remark(self, event: events.Event) -> str | None:
        match event:
            case events.TurnsChosen(cells, left_out) if left_out:
                return f"turns: {len(cells)} cells are watched, {left_out} more are left out"
            case events.TurnsWatched(cell_id, None, reason):
                return f"turns: {levels(self._factors[cell_id])}: not seen: {reason}"
            case events.TurnsStopped():
                return "turns: interrupted; the run is complete, and nothing measured is missing"
            case events.MachineLost(machine, reason):
                return f"{machine}: {reason}; what it had begun was measured again"
            case events.HandlerFailed(handler, reason):
                return f"{handler}: {reason}; the run went on without it"
        return None

    def _changes(self, event: events.Event) -> bool:
        """Note what is being done since this event; returns whether that is to be shown."""
        match event:
            case events.EnvironmentStarted(runtime, requirements):
                made = f"making an environment for {runtime}: {', '.join(requirements)} (once)"
                self._now = replace(self._now, doing=made, why="")
            case events.CalibrationStarted(_, parser, runtime):
                doing = f"calibrating {parser}{'' if runtime is None else f' on {runtime}'}"
                self._now = replace(self._now, doing=doing, why="calibrated once, used in every cell")
            case events.RepetitionStarted(cell_id, _, reason, done, planned, discarded, left_s, machine):
                doing = levels(self._factors[cell_id])
                if machine is not None:
                    doing = f"{self._units}; {machine}: {doing}"
                self._now = Progress(doing, done, planned, discarded, good_for(reason), left_s)
            case events.UnitStarted(_, _, done, units) | events.UnitEnded(_, _, done, units):
                self._units = f"{done} of {units} combinations done"
            case events.Measured("complete", repetitions):
                self._now = Progress("done", repetitions, repetitions)
            case events.TurnsStarted(cell_id):
                why = "one more repetition, watched to see who runs when; not measured"
                self._now = replace(self._now, doing=levels(self._factors[cell_id]), why=why)
            case _:
                return isinstance(event, events.StillRunning)
        return True

    def _show(self, at_s: float) -> None:
        if at_s - self._shown_at < (PLAIN_EVERY_S if self._live is None else REDRAW_EVERY_S):
            return
        self._shown_at = at_s
        now = self._now
        gone = f"{clock(at_s - self._began)} gone"
        if now.left_s is not None:
            gone += f", about {clock(now.left_s)} left"
        disturbed = f"{now.reruns} rounds disturbed, done again" if now.reruns else ""
        notes = "; ".join(note for note in (now.why, disturbed) if note)
        doing = f"{now.doing} ({notes})" if notes else now.doing
        if self._live is not None:
            self._live.update(_line(now, gone, doing), refresh=True)
            return
        line = f"{now.done}/{now.planned} repetitions, {gone}; {doing}"
        self._console.print(line, soft_wrap=True, markup=False)


def good_for(why: Reason | None) -> str:
    """Return what a repetition is good for in a few words, for the person who waits."""
    match why:
        case None:
            return ""
        case AnotherRound(number, wanted, disturbed, imprecise):
            words = f"round {number} of {wanted}"
            if disturbed:
                return f"{words}: {disturbed} disturbed, done again"
            return words if imprecise is None else f"{words}: {_imprecise(imprecise)}"
        case Scouting():
            return "scouting every strategy"
        case Climbing(candidates):
            return f"climbing: is there a better one among {', '.join(candidates)}?"
        case Racing(leader, rivals):
            names = (name if told is None else f"{name} ({times(told)})" for name, told in rivals)
            return f"racing {leader} against {', '.join(names)}"


def _imprecise(ratio: Imprecise) -> str:
    return f"{ratio.of} / {ratio.over} known to ±{share(ratio.known)}, asked ±{share(ratio.asked)}"


def levels(factors: Mapping[str, Any]) -> str:
    """Return a cell's levels in a few words."""
    others = [
        "null" if level is None else str(level)
        for name, level in factors.items()
        if name not in (STRATEGY, IN_FLIGHT)
    ]
    return ", ".join([str(factors[STRATEGY]), *others])


def _line(progress: Progress, times: str, doing: str) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_row(
        ProgressBar(total=max(1, progress.planned), completed=progress.done, width=20),
        Text(f"{progress.done}/{progress.planned}"),
        Text(times, style="dim"),
        Text(doing, no_wrap=True, overflow="ellipsis"),
    )
    return row
