"""`simulator runs`: what there is, and deleting it."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.cli import exits
from simulator.cli.output import check_writable, write_text
from simulator.cli.references import is_file
from simulator.store import (
    STATUSES,
    RunNotFoundError,
    RunRow,
    Selection,
    Store,
    StoreError,
    default_path,
    moment,
    select,
)
from simulator.text.words import counted


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    scenario: str | None
    status: str | None
    since: str | None
    limit: int
    json: str | None
    delete: tuple[str, ...]
    prune: str | None
    yes: bool
    store: Path | None


def manage_runs(options: Options) -> int:
    """List runs or delete some; returns the exit code. Raises Stop for what the user gave wrong."""
    check_combination(options)
    if options.json is not None:
        check_writable(options.json)
    now = datetime.now(UTC)
    wanted = Selection(
        name=options.scenario,
        status=options.status,
        since=when("--since", options.since, now),
        before=when("--prune", options.prune, now),
        limit=None if options.prune is not None else options.limit,
    )
    path = options.store or default_path(os.environ)
    deleting = bool(options.delete) or options.prune is not None
    if not path.exists() and not deleting:
        return _list_nothing(path, target=options.json)
    try:
        with Store.open(path, create=False) as store:
            if options.delete:
                return _delete(store, options.delete)
            # What every run is asked of needs them all; else those below the limit are not even counted.
            first = wanted.limit if wanted == Selection(limit=wanted.limit) else None
            rows = select(store.runs(first), wanted)
            if options.prune is not None:
                return _prune(store, rows, options.prune, confirmed=options.yes)
    except (StoreError, RunNotFoundError) as error:
        exits.usage(str(error))
    if options.json is not None:
        write_text(
            json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False) + "\n", options.json
        )
    if options.json == "-":
        return exits.OK
    console = Console(highlight=False)
    console.print(_table(rows))
    if not rows and wanted != Selection(limit=options.limit):
        console.print("no run matches", soft_wrap=True)
    return exits.OK


def check_combination(options: Options) -> None:
    """Make sure that the options go together. Raises Stop."""
    filters = [options.scenario, options.status, options.since, options.prune]
    if options.status is not None and options.status not in STATUSES:
        exits.usage(f"--status {options.status}: there are {', '.join(STATUSES)}")
    if options.delete and (any(value is not None for value in filters) or options.yes):
        exits.usage(
            "--delete names its runs; --scenario, --status, --since, --prune and --yes do not go with it"
        )
    if options.json is not None and (options.delete or options.prune is not None):
        exits.usage("--json prints the list; it does not go with --delete or --prune")
    if options.yes and options.prune is None:
        exits.usage("--yes answers what --prune asks; it does nothing without it")


def when(option: str, text: str | None, now: datetime) -> datetime | None:
    """Return the moment that an option means, null where it is not given. Raises Stop."""
    if text is None:
        return None
    try:
        return moment(text, now)
    except ValueError as error:
        exits.usage(f"{option}: {error}")


def _list_nothing(path: Path, *, target: str | None) -> int:
    if target is not None:
        write_text("[]\n", target)
    if target != "-":
        Console(highlight=False).print(
            f"no runs yet: there is no {path}; simulator run FILE makes the first", soft_wrap=True
        )
    return exits.OK


def _table(rows: Sequence[RunRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("run", "started", "scenario", "status"):
        table.add_column(name, no_wrap=name != "scenario")
    for name in ("cells", "repetitions"):
        table.add_column(name, justify="right", no_wrap=True)
    labels = [": ".join(filter(None, (row.label, row.note))) for row in rows]
    if any(labels):
        table.add_column("name: note", overflow="fold")
    for row, label in zip(rows, labels, strict=True):
        done = f"{row.repetitions_done}/{row.repetitions_planned}"
        more = (Text(label),) if any(labels) else ()
        table.add_row(row.id, _started(row), Text(row.name), row.status, str(row.cells), done, *more)
    return table


def _started(row: RunRow) -> str:
    return row.started_at[:16].replace("T", " ")


def _described(row: RunRow) -> str:
    return f"{row.id} ({row.name}, {_started(row)}, {row.status})"


def _delete(store: Store, references: Sequence[str]) -> int:
    """Delete the runs that are named: all of them, or none where one is wrong."""
    for reference in references:
        if is_file(reference):
            exits.usage(f"--delete {reference} is a file, not a run in {store.path}; remove it yourself")
    # All are found before the first is deleted, so that `last~1` means what the list shows.
    found = {store.find(reference) for reference in references}
    rows = [row for row in store.runs() if row.id in found]
    running = [row for row in rows if row.status == "running"]
    if running:
        exits.usage(f"{_described(running[0])} is still going on; stop it first. Nothing was deleted")
    return _remove(store, rows)


def _prune(store: Store, rows: Sequence[RunRow], before: str, *, confirmed: bool) -> int:
    """Delete old runs; those that are still going on stay. Asks first."""
    old = [row for row in rows if row.status != "running"]
    if not old:
        sys.stdout.write(f"nothing to delete: no run started before {before} and matches\n")
        return exits.OK
    listed = "".join(f"  {_described(row)}\n" for row in old)
    if not confirmed:
        if not sys.stdin.isatty():
            exits.usage(
                f"--prune {before} would delete {_count(old)}; add --yes to do it:\n{listed.rstrip()}"
            )
        sys.stderr.write(f"{listed}Delete {_count(old)}? Type yes: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() != "yes":
            sys.stdout.write("nothing was deleted\n")
            return exits.OK
    return _remove(store, old)


def _remove(store: Store, rows: Sequence[RunRow]) -> int:
    for row in rows:
        store.delete(row.id)
        sys.stdout.write(f"deleted {_described(row)}\n")
    return exits.OK


def _count(rows: Sequence[RunRow]) -> str:
    return counted(len(rows), "run")
