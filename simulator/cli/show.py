"""Showing a run; apart from `run`, so that looking at results does not load what measures them."""

from collections.abc import Sequence

from simulator.analysis.only import asked, only
from simulator.cli import exits
from simulator.cli.ci import of_run
from simulator.cli.page import write_page
from simulator.cli.shown import show_as
from simulator.cli.tracing import write_trace
from simulator.cli.wanted import Wanted
from simulator.export import figures
from simulator.report.view.build import build
from simulator.report.view.parts import Checks, Part, Verdict
from simulator.report.view.summary import build_summary
from simulator.report.view.tuning import build_tuning
from simulator.result.document import ResultDocument, to_json
from simulator.trace.build import SamplesOf


def show(document: ResultDocument, wanted: Wanted, samples: SamplesOf | None = None) -> None:
    """Print the report and write what else is wanted; what takes standard output has it alone.

    Args:
        document: the run.
        wanted: as what; checked.
        samples: its raw samples; null where there are none, as with a file.

    Raises:
        Stop: a trace is wanted and there are no samples, there is no such part, or something cannot be written.
    """
    if wanted.trace is not None and samples is None:
        exits.usage(
            "--trace: a result document has no raw samples; give the run's id, with --store PATH where its results"
            " database is another one"
        )
    shown = _part(document, wanted.only)
    if wanted.page:
        write_page(shown, wanted)
    if wanted.trace is not None and samples is not None:
        write_trace(document, wanted.trace, samples)
    show_as(
        wanted,
        document=lambda: to_json(document),
        suite=lambda: of_run(document, strict=wanted.strict),
        figures=figures.of_run(document),
        summary=lambda: build_summary(shown, only=wanted.only),
        report=lambda: _report(shown, wanted),
    )


def _report(shown: ResultDocument, wanted: Wanted) -> Sequence[Part]:
    parts = (
        build_tuning(shown)
        if "tune" in shown.scenario
        else build(shown, only=wanted.only, all_tables=wanted.tables, explain=wanted.why)
    )
    if wanted.quiet:
        return tuple(part for part in parts if isinstance(part, Verdict | Checks))
    return parts


def _part(document: ResultDocument, wanted: str) -> ResultDocument:
    if not wanted:
        return document
    if "tune" in document.scenario:
        exits.usage("--only: a search is shown as a whole; leave it out")
    try:
        return only(document, asked(wanted))
    except ValueError as error:
        exits.usage(f"--only: {error}")
