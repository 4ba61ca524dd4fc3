"""The list of runs: one line each, counted without reading what was measured."""

import sqlite3
from dataclasses import dataclass

from simulator.result.run import RunStatus

from .schema import has_table

LIST = """
    SELECT id, name, started_at, status, pid, boot_id, process_started,
        (SELECT count(*) FROM cells WHERE run = runs.seq),
        (SELECT count(*) FROM repetitions WHERE run = runs.seq AND status <> 'discarded'),
        rounds * (SELECT count(*) FROM cells WHERE run = runs.seq AND unsupported IS NULL)
    FROM runs ORDER BY seq DESC LIMIT ?
"""

_LABELS = "SELECT id, label, note FROM labels JOIN runs ON runs.seq = labels.run"


@dataclass(frozen=True)
class RunRow:
    """One line of the list of runs."""

    id: str
    name: str
    started_at: str
    """UTC, ISO 8601."""
    status: RunStatus
    cells: int
    repetitions_done: int
    """Those of rounds that were discarded and run again not counted."""
    repetitions_planned: int
    """Rounds x cells that can be run here."""
    label: str | None = None
    """What a person calls it."""
    note: str | None = None


def labels_of(connection: sqlite3.Connection) -> dict[str, tuple[str | None, str | None]]:
    """Return label and note of the runs by their ids."""
    if not has_table(connection, "labels"):
        return {}
    return {run_id: (label, note) for run_id, label, note in connection.execute(_LABELS)}
