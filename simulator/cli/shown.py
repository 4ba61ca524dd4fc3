"""As what a comparison or a probe is shown, beside the report on the terminal."""

from dataclasses import dataclass

from simulator.cli import exits
from simulator.cli.benchmark_files import OPTION, targets
from simulator.cli.output import check_writable


@dataclass(frozen=True)
class Shown:
    """As what; paths are as typed, `-` is standard output."""

    json: str | None = None
    junit: str | None = None
    benchmark: tuple[str, ...] = ()
    markdown: bool = False

    @property
    def on_stdout(self) -> tuple[str, ...]:
        """Return the options whose texts take standard output for themselves: one, once they are checked."""
        taken = [f"--{name}" for name in ("json", "junit") if getattr(self, name) == "-"]
        taken += [OPTION for text in self.benchmark if text.endswith(":-")]
        return (*taken, *(("--markdown",) if self.markdown else ()))

    def check(self) -> None:
        """Make sure, before anything is measured, that all of it can be written. Raises Stop."""
        if len(self.on_stdout) > 1:
            exits.usage(
                f"{' and '.join(self.on_stdout)} take standard output, each for itself;"
                " give all but one of them the path of a file, or leave them out"
            )
        for name in ("json", "junit"):
            target = getattr(self, name)
            if target is not None:
                check_writable(target, f"--{name}")
        targets(self.benchmark)
