"""Showing a run; apart from `run`, so that looking at results does not load what measures them."""

import sys

from rich.console import Console

from simulator.cli import exits
from simulator.cli.output import write_document, write_text
from simulator.cli.tracing import write_trace
from simulator.cli.wanted import Wanted
from simulator.report.markdown.render import render as markdown_of
from simulator.report.terminal.render import render
from simulator.report.view.build import build
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
        Stop: a trace is wanted and there are no samples, or something cannot be written.
    """
    if wanted.trace is not None and samples is None:
        exits.usage(
            "--trace: a result document has no raw samples; give the run's id, with --store PATH where its results"
            " database is another one"
        )
    if wanted.json is not None:
        write_document(document, wanted.json)
    if wanted.html is not None:
        _write_page(document, wanted.html)
    if wanted.trace is not None and samples is not None:
        write_trace(document, wanted.trace, samples)
    if wanted.markdown:
        sys.stdout.write(markdown_of(build_summary(document)))
        return
    parts = (
        build_tuning(document)
        if "tune" in document.scenario
        else build(document, all_tables=wanted.tables, explain=wanted.why)
    )
    render(parts, Console(stderr=bool(wanted.on_stdout), highlight=False))


def _write_page(document: ResultDocument, target: str) -> None:
    # A megabyte of charts is loaded for whoever wants them only.
    from simulator.report.html.render import render as page_of  # noqa: PLC0415
    from simulator.report.view.page import build_page  # noqa: PLC0415

    write_text(page_of(build_page(document)), target, "--html")
    if target != "-":
        sys.stderr.write(f"report: {target}\n")
