"""A run read from its tables; what an older version had no table for is empty."""

import sqlite3
from pathlib import Path

from simulator.result.run import PlannedCell, Run, RunHeader

from . import codec
from .errors import RunNotFoundError
from .listing import labels_of
from .owner import Owner, status_of
from .reading import SampleReader
from .schema import has_table


def read_run(connection: sqlite3.Connection, path: Path, run_id: str) -> Run:
    """Return a run; its samples are read from the file when they are asked for.

    Raises:
        RunNotFoundError: There is no such run.
    """
    row = connection.execute(
        "SELECT seq, name, scenario, rounds, environment, started_at, status, pid, boot_id,"
        " process_started FROM runs WHERE id = ?",
        (run_id,),
    ).fetchone()
    if row is None:
        raise RunNotFoundError(f"no run {run_id!r} in {path}")
    seq, name, scenario, rounds, environment, started_at, status, *owner = row
    cells = connection.execute(
        "SELECT id, factors, baseline_id, in_flight, marked, unsupported FROM cells WHERE run = ?"
        " ORDER BY position",
        (seq,),
    ).fetchall()
    calibrations = connection.execute(
        "SELECT cell, document FROM calibrations WHERE run = ? ORDER BY cell", (seq,)
    ).fetchall()
    repetitions = connection.execute(
        "SELECT document FROM repetitions WHERE run = ? ORDER BY seq", (seq,)
    ).fetchall()
    turns = (
        connection.execute("SELECT cell, document FROM turns WHERE run = ? ORDER BY cell", (seq,)).fetchall()
        if has_table(connection, "turns")
        else ()
    )
    resolved = (
        connection.execute("SELECT document FROM scenarios_resolved WHERE run = ?", (seq,)).fetchone()
        if has_table(connection, "scenarios_resolved")
        else None
    )
    label, note = labels_of(connection).get(run_id, (None, None))
    return Run(
        header=RunHeader(
            id=run_id,
            name=name,
            scenario=codec.load(scenario),
            rounds=rounds,
            environment=codec.load(environment),
            started_at=started_at,
            cells=tuple(
                PlannedCell(cell, codec.load(factors), baseline, in_flight, bool(marked), unsupported)
                for cell, factors, baseline, in_flight, marked, unsupported in cells
            ),
            scenario_resolved=None if resolved is None else codec.load(resolved[0]),
            label=label,
            note=note,
        ),
        status=status_of(status, Owner(*owner)),
        calibrations={cell: codec.load_calibration(document) for cell, document in calibrations},
        repetitions=tuple(codec.load_repetition(document) for (document,) in repetitions),
        samples=SampleReader(path, run_id),
        turns={cell: codec.load_timeline(document) for cell, document in turns},
    )
