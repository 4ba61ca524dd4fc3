"""Progress on stderr: a live line on a terminal, else a plain line every ten seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.experiment.experiment import Progress

PLAIN_EVERY_S = 10.0
REDRAW_EVERY_S = 0.25

Show = Callable[[Progress], None]


@contextmanager
def open_progress(console: Console | None = None) -> Iterator[Show]:
    """Yield the function that shows progress; it draws only when called, so nothing wakes inside a window."""
    console = console or Console(stderr=True, highlight=False)
    clock = Clock()
    if not console.is_terminal:
        yield _plain(console, clock)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        shown_at = 0.0

        def show(progress: Progress) -> None:
            nonlocal shown_at
            now = time.monotonic()
            if now - shown_at >= REDRAW_EVERY_S:
                shown_at = now
                live.update(_line(progress, clock), refresh=True)

        yield show


class Clock:
    """Time gone, and time left as far as the experiment can tell."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def text(self, progress: Progress) -> str:
        """Return both, in words."""
        gone = f"{duration(time.monotonic() - self._began)} gone"
        return gone if progress.left_s is None else f"{gone}, about {duration(progress.left_s)} left"


def duration(seconds: float) -> str:
    """Return whole seconds, with minutes where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _line(progress: Progress, clock: Clock) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_row(
        ProgressBar(total=max(1, progress.planned), completed=progress.done, width=20),
        Text(f"{progress.done}/{progress.planned}"),
        Text(clock.text(progress), style="dim"),
        Text(_doing(progress), no_wrap=True, overflow="ellipsis"),
    )
    return row


def _doing(progress: Progress) -> str:
    disturbed = f"{progress.reruns} rounds disturbed, done again" if progress.reruns else ""
    notes = "; ".join(note for note in (progress.why, disturbed) if note)
    return f"{progress.doing} ({notes})" if notes else progress.doing


def _plain(console: Console, clock: Clock) -> Show:
    shown_at = time.monotonic()

    def show(progress: Progress) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if now - shown_at >= PLAIN_EVERY_S:
            shown_at = now
            console.print(
                f"{progress.done}/{progress.planned} repetitions, {clock.text(progress)}; {_doing(progress)}",
                soft_wrap=True,
                markup=False,
            )

    return show
