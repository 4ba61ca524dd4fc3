"""Showing a result document; apart from `run`, so that looking at results does not load what measures them."""

from rich.console import Console

from simulator.cli.output import write_document
from simulator.report.build import build
from simulator.report.terminal import render
from simulator.result.document import ResultDocument


def show(document: ResultDocument, json: str | None) -> None:
    """Print the report, and write the document where it is wanted; with `-` standard output is JSON alone."""
    if json is not None:
        write_document(document, json)
    render(build(document), Console(stderr=json == "-", highlight=False))
