"""The list of runs: one line each, counted without reading what was measured."""

from dataclasses import dataclass

from simulator.result.run import RunStatus

LIST = """
    SELECT id, name, started_at, status, pid, boot_id, process_started,
        (SELECT count(*) FROM cells WHERE run = runs.seq),
        (SELECT count(*) FROM repetitions WHERE run = runs.seq AND status <> 'discarded'),
        rounds * (SELECT count(*) FROM cells WHERE run = runs.seq AND unsupported IS NULL)
    FROM runs ORDER BY seq DESC LIMIT ?
"""

LABELS = "SELECT id, label, note FROM labels JOIN runs ON runs.seq = labels.run"


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
