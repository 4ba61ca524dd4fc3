"""Showing a result document; apart from `run`, so that looking at results does not load what measures them."""

from rich.console import Console

from simulator.cli.output import write_document
from simulator.report.build import build
from simulator.report.terminal import render
from simulator.report.tuning import build_tuning
from simulator.result.document import ResultDocument


def show(document: ResultDocument, json: str | None, *, all_tables: bool = False, why: bool = False) -> None:
    """Print the report, and write the document where it is wanted; with `-` standard output is JSON alone."""
    if json is not None:
        write_document(document, json)
    parts = (
        build_tuning(document)
        if "tune" in document.scenario
        else build(document, all_tables=all_tables, explain=why)
    )
    render(parts, Console(stderr=json == "-", highlight=False))
