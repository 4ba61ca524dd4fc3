"""`simulator report`: what has been measured, again."""

from pathlib import Path

from simulator.cli import exits
from simulator.cli.output import check_writable
from simulator.cli.references import find_document
from simulator.cli.show import show


def show_run(
    reference: str, json: str | None, path: Path | None, *, all_tables: bool = False, why: bool = False
) -> int:
    """Print one run's report. Raises Stop."""
    if json is not None:
        check_writable(json)
    show(find_document(reference, path), json, all_tables=all_tables, why=why)
    return exits.OK
