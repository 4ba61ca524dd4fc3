"""`simulator report`: what has been measured, again."""

import os
from pathlib import Path

from simulator.cli import exits
from simulator.cli.references import check_name, document_of, find_run
from simulator.cli.show import show
from simulator.cli.wanted import Wanted
from simulator.result.document import ResultDocument
from simulator.result.run import Run
from simulator.store import Store, StoreError, default_path


def show_run(
    reference: str,
    wanted: Wanted,
    path: Path | None,
    *,
    label: str | None = None,
    note: str | None = None,
) -> int:
    """Print one run's report, and keep what it is called from now on. Raises Stop."""
    wanted.check()
    check_name(label)
    found = find_run(reference, path)
    if label is not None or note is not None:
        _keep(found, path, label, note)
    show(document_of(found), wanted, found.samples if isinstance(found, Run) else None)
    return exits.OK


def _keep(found: Run | ResultDocument, path: Path | None, label: str | None, note: str | None) -> None:
    if not isinstance(found, Run):
        exits.usage(
            "--name and --note are kept in the results database, and this is a file; give the run's id"
        )
    try:
        with Store.open(path or default_path(os.environ)) as store:
            store.label(found.header.id, label, note)
    except StoreError as error:
        exits.usage(str(error))
