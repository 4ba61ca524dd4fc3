"""As what anything is shown, beside the report on the terminal; and how that is done."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.console import Console

from simulator.cli import exits
from simulator.cli.benchmark_files import OPTION, targets, write_figures
from simulator.cli.output import check_writable, write_text
from simulator.export.benchmarks import Figure
from simulator.export.checks import Suite, junit
from simulator.report.markdown.render import render as markdown_of
from simulator.report.terminal.render import render
from simulator.report.view.document import Summary
from simulator.report.view.parts import Part


@dataclass(frozen=True)
class Shown:
    """As what; paths are as typed, `-` is standard output."""

    FILES: ClassVar[tuple[str, ...]] = ("json", "junit")

    json: str | None = None
    """Where the document goes."""
    junit: str | None = None
    """Where the expectations, or what was compared, go as JUnit's XML."""
    benchmark: tuple[str, ...] = ()
    """Where the figures go for services that watch them: FORMAT:PATH."""
    markdown: bool = False
    """Standard output is a summary in Markdown instead of the report."""

    @property
    def on_stdout(self) -> tuple[str, ...]:
        """Return the options whose texts take standard output for themselves: one, once they are checked."""
        taken = [f"--{name}" for name in self.FILES if getattr(self, name) == "-"]
        taken += [OPTION for text in self.benchmark if text.endswith(":-")]
        return (*taken, *(("--markdown",) if self.markdown else ()))

    def check(self) -> None:
        """Make sure, before anything is measured, that all of it can be written. Raises Stop."""
        if len(self.on_stdout) > 1:
            exits.usage(
                f"{' and '.join(self.on_stdout)} take standard output, each for itself;"
                " give all but one of them the path of a file, or leave them out"
            )
        for name in self.FILES:
            target = getattr(self, name)
            if target is not None:
                check_writable(target, f"--{name}")
        targets(self.benchmark)


def show_as(
    shown: Shown,
    *,
    document: Callable[[], str],
    suite: Callable[[], Suite],
    figures: Iterable[Figure],
    summary: Callable[[], Summary],
    report: Callable[[], Sequence[Part]],
) -> None:
    """Write the files that are wanted, then print; what takes standard output has it alone.

    Args:
        shown: as what; checked.
        document: makes the text of its document.
        suite: makes what CI is to know.
        figures: for services that watch them; made as they are read.
        summary: makes what is printed as Markdown.
        report: makes what else is printed.

    Raises:
        Stop: something cannot be written.
    """
    if shown.json is not None:
        write_text(document() + "\n", shown.json)
    if shown.junit is not None:
        write_text(junit(suite()), shown.junit, "--junit")
    write_figures(figures, shown.benchmark)
    if shown.markdown:
        sys.stdout.write(markdown_of(summary()))
    else:
        render(report(), Console(stderr=bool(shown.on_stdout), highlight=False))
