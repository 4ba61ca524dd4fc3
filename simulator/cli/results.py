"""`simulator runs` and `simulator report`: what has been measured, again."""

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.analysis.summary import summarise
from simulator.cli import exits
from simulator.cli.output import check_writable
from simulator.cli.show import show
from simulator.result.document import NotAResultError, ResultDocument, from_json
from simulator.store import RunNotFoundError, Store, StoreError, default_path


def list_runs(path: Path | None, limit: int) -> int:
    """Print the newest runs, a line each. Raises Stop."""
    path = path or default_path(os.environ)
    console = Console(highlight=False)
    if not path.exists():
        console.print(f"no runs yet: there is no {path}; simulator run FILE makes the first", soft_wrap=True)
        return exits.OK
    try:
        with Store.open(path, create=False) as store:
            rows = store.runs(limit)
    except StoreError as error:
        exits.usage(str(error))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("run", "started", "scenario", "status"):
        table.add_column(name, no_wrap=name != "scenario")
    table.add_column("cells", justify="right")
    table.add_column("repetitions", justify="right")
    for row in rows:
        started = row.started_at[:16].replace("T", " ")
        done = f"{row.repetitions_done}/{row.repetitions_planned}"
        table.add_row(row.id, started, Text(row.name), row.status, str(row.cells), done)
    console.print(table)
    return exits.OK


def show_run(reference: str, json: str | None, path: Path | None, *, all_tables: bool = False) -> int:
    """Print one run's report. Raises Stop."""
    if json is not None:
        check_writable(json)
    show(find_document(reference, path), json, all_tables=all_tables)
    return exits.OK


def find_document(reference: str, path: Path | None) -> ResultDocument:
    """Return the document of a RUN: an id prefix, `last`, `last~1`, or the path of a result document. Raises Stop."""
    if "/" in reference or reference.endswith(".json"):
        return read_document(Path(reference))
    path = path or default_path(os.environ)
    if not path.exists():
        exits.usage(f"there is no results database {path} yet; simulator run FILE makes it")
    try:
        with Store.open(path, create=False) as store:
            return summarise(store.load(store.find(reference)))
    except (StoreError, RunNotFoundError) as error:
        exits.usage(str(error))


def read_document(path: Path) -> ResultDocument:
    """Read a result document from a file. Raises Stop."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        exits.usage(f"{path} cannot be read: {error}")
    except NotAResultError as error:
        exits.usage(f"{path} is not a result document: {error}")
