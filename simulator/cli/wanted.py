"""What a run is to be shown as."""

from dataclasses import dataclass

from simulator.cli import exits
from simulator.cli.benchmark_files import OPTION, targets
from simulator.cli.output import check_writable

FILES = ("json", "html", "trace", "junit")


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for beside the report on the terminal. Paths are as typed; `-` is standard output."""

    json: str | None = None
    """Where the result document goes."""
    html: str | None = None
    """Where the page goes."""
    trace: str | None = None
    """Where the trace events go."""
    markdown: bool = False
    """Standard output is a summary in Markdown instead of the report."""
    tables: bool = False
    """Every table, however many."""
    why: bool = False
    """Where the time went, too."""
    junit: str | None = None
    """Where the expectations go, as JUnit's XML."""
    quiet: bool = False
    """Nothing but the verdicts, and no progress."""
    open: bool = False
    """The page is opened in a browser."""
    only: str = ""
    """Of which levels: FACTOR=LEVEL, with commas; empty: all. Files for other programs have all in any case."""
    strict: bool = False
    """Undecided expectations end with exit code 98."""
    benchmark: tuple[str, ...] = ()
    """Where the figures go for services that watch them: FORMAT:PATH."""

    @property
    def page(self) -> bool:
        """Whether there is to be a page."""
        return self.html is not None or self.open

    @property
    def on_stdout(self) -> tuple[str, ...]:
        """Return the options whose texts take standard output for themselves: one, once they are checked."""
        taken = [f"--{name}" for name in FILES if getattr(self, name) == "-"]
        taken += [OPTION for text in self.benchmark if text.endswith(":-")]
        return (*taken, *(("--markdown",) if self.markdown else ()))

    def check(self) -> None:
        """Make sure, before anything is measured, that all of it can be written. Raises Stop."""
        if len(self.on_stdout) > 1:
            exits.usage(
                f"{' and '.join(self.on_stdout)} take standard output, each for itself;"
                " give all but one of them the path of a file, or leave them out"
            )
        if self.open and self.html == "-":
            exits.usage("--open opens a file; give --html the path of one, or leave it out")
        for name in FILES:
            target = getattr(self, name)
            if target is not None:
                check_writable(target, f"--{name}")
        targets(self.benchmark)
