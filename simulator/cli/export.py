"""`simulator export`: a run for other programs."""

import sys
from pathlib import Path

from simulator.cli import exits
from simulator.cli.output import check_writable, writing
from simulator.cli.references import document_of, find_run
from simulator.export.formats import FORMATS, format_by_name
from simulator.export.interface import MissingLibraryError, Rows
from simulator.export.rows import cell_rows, repetition_rows, sample_rows
from simulator.result.run import Run
from simulator.store import StoreError

WHAT = ("cells", "repetitions", "samples")


def export_run(reference: str, *, what: str, format_name: str | None, output: str, store: Path | None) -> int:
    """Write a run as a table; returns the exit code. Raises Stop for what the user gave wrong."""
    if what not in WHAT:
        exits.usage(f"--what {what}: there are {', '.join(WHAT)}")
    format_name = format_name or format_by_name(output)
    if format_name not in FORMATS:
        exits.usage(f"--format {format_name}: there are {', '.join(FORMATS)}")
    chosen = FORMATS[format_name]
    if output == "-" and not chosen.streams:
        exits.usage(f"{format_name} is no text and its writer has to go back; name a file with --output PATH")
    check_writable(output, "--output")
    try:
        rows = find_rows(reference, what, store)
        with writing(output, "--output") as out:
            chosen.write(rows, out)
    except (MissingLibraryError, StoreError) as error:
        exits.usage(str(error))
    if output != "-":
        sys.stderr.write(f"{output} is written\n")
    return exits.OK


def find_rows(reference: str, what: str, store: Path | None) -> Rows:
    """Return the rows that are asked for. Raises Stop."""
    found = find_run(reference, store)
    if what == "cells":
        return cell_rows(document_of(found))
    if what == "repetitions":
        return repetition_rows(found)
    if not isinstance(found, Run):
        exits.usage(
            f"{reference} is a result document, which holds no raw samples; export them from the results database"
            " of the machine that measured them, with --store PATH and the run's id"
        )
    return sample_rows(found)
