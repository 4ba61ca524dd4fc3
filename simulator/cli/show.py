"""Showing a run; apart from `run`, so that looking at results does not load what measures them."""

import sys

from rich.console import Console

from simulator.analysis.only import asked, only
from simulator.cli import exits
from simulator.cli.benchmark_files import write_figures
from simulator.cli.ci import of_run
from simulator.cli.output import write_document, write_text
from simulator.cli.page import write_page
from simulator.cli.tracing import write_trace
from simulator.cli.wanted import Wanted
from simulator.export import figures
from simulator.export.checks import junit
from simulator.report.markdown.render import render as markdown_of
from simulator.report.terminal.render import render
from simulator.report.view.build import build
from simulator.report.view.parts import Checks, Verdict
from simulator.report.view.summary import build_summary
from simulator.report.view.tuning import build_tuning
from simulator.result.document import ResultDocument
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
    if wanted.json is not None:
        write_document(document, wanted.json)
    if wanted.junit is not None:
        write_text(junit(of_run(document, strict=wanted.strict)), wanted.junit, "--junit")
    write_figures(figures.of_run(document), wanted.benchmark)
    if wanted.page:
        write_page(shown, wanted)
    if wanted.trace is not None and samples is not None:
        write_trace(document, wanted.trace, samples)
    if wanted.markdown:
        sys.stdout.write(markdown_of(build_summary(shown, only=wanted.only)))
        return
    parts = (
        build_tuning(shown)
        if "tune" in document.scenario
        else build(shown, only=wanted.only, all_tables=wanted.tables, explain=wanted.why)
    )
    if wanted.quiet:
        parts = tuple(part for part in parts if isinstance(part, Verdict | Checks))
    render(parts, Console(stderr=bool(wanted.on_stdout), highlight=False))


def _part(document: ResultDocument, wanted: str) -> ResultDocument:
    if not wanted:
        return document
    if "tune" in document.scenario:
        exits.usage("--only: a search is shown as a whole; leave it out")
    try:
        return only(document, asked(wanted))
    except ValueError as error:
        exits.usage(f"--only: {error}")
