"""What a run is to be shown as."""

from dataclasses import dataclass
from typing import ClassVar

from simulator.cli import exits
from simulator.cli.shown import Shown


@dataclass(frozen=True)
class Wanted(Shown):
    """What the command line asks for beside the report on the terminal."""

    FILES: ClassVar[tuple[str, ...]] = ("json", "html", "trace", "junit")

    html: str | None = None
    """Where the page goes."""
    trace: str | None = None
    """Where the trace events go."""
    tables: bool = False
    """Every table, however many."""
    why: bool = False
    """Where the time went, too."""
    quiet: bool = False
    """Nothing but the verdicts, and no progress."""
    open: bool = False
    """The page is opened in a browser."""
    only: str = ""
    """Of which levels: FACTOR=LEVEL, with commas; empty: all. Files for other programs have all in any case."""
    strict: bool = False
    """Undecided expectations end with exit code 98."""

    @property
    def page(self) -> bool:
        """Whether there is to be a page."""
        return self.html is not None or self.open

    def check(self) -> None:
        """Make sure, before anything is measured, that all of it can be written. Raises Stop."""
        if self.open and self.html == "-":
            exits.usage("--open opens a file; give --html the path of one, or leave it out")
        super().check()
