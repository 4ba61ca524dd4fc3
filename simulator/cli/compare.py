"""`simulator compare`: did it get slower?"""

from dataclasses import dataclass, field
from pathlib import Path

from simulator.analysis.circumstances import differences
from simulator.analysis.comparison import compare_runs
from simulator.cli import exits
from simulator.cli.asked import Asked
from simulator.cli.compared import find_metric, parse_tolerance, show_comparison
from simulator.cli.references import find_run
from simulator.cli.shown import Shown
from simulator.result.measured import MeasuredRun, measured_of


@dataclass(frozen=True)
class Revisions:
    """What the command line says of revisions that are to be measured, instead of runs that have been."""

    revisions: str | None = None
    """Null: two runs are compared, and none of the others may be given."""
    package: Path = Path()
    asked: Asked = field(default_factory=Asked)
    overrides: tuple[str, ...] = ()
    python: str | None = None
    label: str | None = None
    note: str | None = None

    @property
    def needless(self) -> tuple[str, ...]:
        """Return the options that only what is measured now has any use for."""
        given = {
            "--package": self.package != Path(),
            "--set": bool(self.overrides),
            "--name": self.label is not None,
            "--note": self.note is not None,
        }
        words = [word for word in self.asked.words if word.startswith("--")]
        return (*dict.fromkeys(words), *(name for name, there in given.items() if there))


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    a: str
    b: str | None
    metric: str
    tolerance: str
    across: bool
    shown: Shown
    store: Path | None
    revisions: Revisions = field(default_factory=Revisions)


def compare(options: Options) -> int:
    """Compare two runs and show it; returns the exit code. Raises Stop for what the user gave wrong."""
    if options.revisions.revisions is not None:
        return _revisions(options, options.revisions.revisions)
    if options.b is None:
        exits.usage(f"compare {options.a} with what? Give two runs, or --revisions main..HEAD and a scenario")
    if options.revisions.needless:
        exits.usage(
            f"{options.revisions.needless[0]} is for what is measured now: give --revisions too, or leave it out"
        )
    metric, tolerance = find_metric(options.metric), parse_tolerance(options.tolerance)
    options.shown.check()
    a, b = (measured_of(find_run(reference, options.store)) for reference in (options.a, options.b))
    across = differences(a, b)
    if across and not options.across:
        listed = "\n".join(f"  {difference}" for difference in across)
        exits.usage(
            f"{a.id} and {b.id} were measured on different machines or Pythons; --across compares them all the"
            f" same:\n{listed}"
        )
    check_matching(a, b)
    return show_comparison(compare_runs(a, b, metric, tolerance, across), options.shown)


def check_matching(a: MeasuredRun, b: MeasuredRun) -> None:
    """Make sure that there is something to compare. Raises Stop."""
    if not {cell.id for cell in a.cells} & {cell.id for cell in b.cells}:
        exits.usage(
            f"{a.id} ({a.name}) and {b.id} ({b.name}) have no cell in common: cells are the same when all their"
            " factors are (strategy, in_flight, case and what `vary` lists)"
        )


def _revisions(options: Options, revisions: str) -> int:
    """Measure two revisions and compare them. Raises Stop."""
    # Runs that have been measured are compared without loading what measures.
    from simulator.cli.measuring import Options as Measuring  # noqa: PLC0415
    from simulator.cli.revisions import Comparing, compare_revisions  # noqa: PLC0415
    from simulator.cli.wanted import Wanted  # noqa: PLC0415

    asked = options.revisions
    if options.b is not None:
        exits.usage(f"--revisions is with one scenario, not with {options.a} and {options.b}; leave one out")
    if options.across:
        exits.usage("--across is for two runs; revisions are measured on the same machine and Python")
    measuring = Measuring(
        file=Path(options.a),
        asked=asked.asked,
        overrides=asked.overrides,
        python=asked.python,
        server_url=None,
        server_token=None,
        store=options.store,
        wanted=Wanted(),
        label=asked.label,
        note=asked.note,
    )
    wanted = Comparing(revisions, asked.package, options.metric, options.tolerance)
    return compare_revisions(measuring, wanted, options.shown)
