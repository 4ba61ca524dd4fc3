"""`simulator report`: what has been measured, again."""

from pathlib import Path

from simulator.cli import exits
from simulator.cli.references import document_of, find_run
from simulator.cli.show import show
from simulator.cli.wanted import Wanted
from simulator.result.run import Run


def show_run(reference: str, wanted: Wanted, path: Path | None) -> int:
    """Print one run's report. Raises Stop."""
    wanted.check()
    found = find_run(reference, path)
    show(document_of(found), wanted, found.samples if isinstance(found, Run) else None)
    return exits.OK
