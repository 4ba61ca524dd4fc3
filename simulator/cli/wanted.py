"""What a run is to be shown as."""

from dataclasses import dataclass, fields

from simulator.cli import exits
from simulator.cli.output import check_writable

FILES = ("json", "html", "trace")


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

    @property
    def to_stdout(self) -> str | None:
        """Return the option whose text takes standard output for itself."""
        taken = [f"--{name}" for name in FILES if getattr(self, name) == "-"]
        taken += ["--markdown"] if self.markdown else []
        return taken[0] if taken else None

    def check(self) -> None:
        """Make sure, before anything is measured, that all of it can be written. Raises Stop."""
        taken = [f"--{field.name}" for field in fields(self) if getattr(self, field.name) == "-"]
        taken += ["--markdown"] if self.markdown else []
        if len(taken) > 1:
            exits.usage(
                f"{' and '.join(taken)} both take standard output; give one of them the path of a file"
            )
        for name in FILES:
            target = getattr(self, name)
            if target is not None:
                check_writable(target, f"--{name}")
