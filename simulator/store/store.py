"""Runs in, runs out: the one class that other parts use."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from simulator.result.attribution import Timeline
from simulator.result.calibration import Calibration
from simulator.result.repetition import Repetition
from simulator.result.run import Run, RunHeader, RunStatus
from simulator.result.samples import Samples

from . import codec
from .connection import BUSY_TIMEOUT_S, connect
from .errors import RunNotFoundError, StoreError, explained
from .listing import LIST, RunRow, labels_of
from .loading import read_run
from .owner import Owner, status_of, this_process
from .reading import undamaged
from .reference import resolve


class Store:
    """An open results database. May be used from several threads, one call at a time; not across a fork.

    Every method raises StoreError when the file cannot be read or written; nothing of that call is then kept,
    and the store may be used again.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, create: bool = True, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Self:
        """Open a results database.

        Args:
            path: The file.
            create: Make it, and its folder, where missing, and check that it can be written. Otherwise a file
                that can only be read will do.
            busy_timeout_s: How long to wait for another process's transaction.

        Raises:
            StoreError: It is missing, unreadable, read-only, damaged, locked, full, or not of this version.
        """
        return cls(path, connect(path, create=create, busy_timeout_s=busy_timeout_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def begin(self, header: RunHeader) -> None:
        """Keep what is known of a run at its start; this process is its owner.

        Raises:
            ValueError: A run of this id is already there, or two cells have the same id.
        """
        owner = this_process()
        cells = [(cell, codec.dump(cell.factors)) for cell in header.cells]
        run = (header.id, header.name, header.started_at, "running", header.rounds)
        documents = (codec.dump(header.scenario), codec.dump(header.environment))
        with self._writing() as connection:
            try:
                seq = connection.execute(
                    "INSERT INTO runs (id, name, started_at, status, rounds, scenario, environment, pid,"
                    " boot_id, process_started) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*run, *documents, owner.pid, owner.boot_id, owner.started),
                ).lastrowid
                connection.execute("INSERT INTO labels VALUES (?, ?, ?)", (seq, header.label, header.note))
                connection.executemany(
                    "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (
                            seq,
                            i,
                            cell.id,
                            factors,
                            cell.baseline_id,
                            cell.in_flight,
                            cell.marked,
                            cell.unsupported,
                        )
                        for i, (cell, factors) in enumerate(cells)
                    ],
                )
                if header.scenario_resolved is not None:
                    connection.execute(
                        "INSERT INTO scenarios_resolved VALUES (?, ?)",
                        (seq, codec.dump(header.scenario_resolved)),
                    )
            except sqlite3.IntegrityError as error:
                raise ValueError(f"run {header.id}: its id, or one of its cells', is there twice") from error

    def resume(self, run_id: str) -> None:
        """Make this process the owner of an interrupted run, which is then running again.

        Raises:
            RunNotFoundError: There is no such run.
            StoreError: It is complete, or still running in another process.
        """
        owner = this_process()
        with self._writing() as connection:
            row = connection.execute(
                "SELECT status, pid, boot_id, process_started FROM runs WHERE id = ?", (run_id,)
            ).fetchone()
            if row is None:
                raise RunNotFoundError(f"no run {run_id!r} in {self.path}")
            kept, *fields = row
            status = status_of(kept, Owner(*fields))
            if status == "running":
                raise StoreError(f"run {run_id} is still running, in process {fields[0]}; stop that first")
            if status == "complete":
                raise StoreError(f"run {run_id} is complete; there is nothing left of it to go on with")
            connection.execute(
                "UPDATE runs SET status = 'running', pid = ?, boot_id = ?, process_started = ? WHERE id = ?",
                (owner.pid, owner.boot_id, owner.started, run_id),
            )

    def label(self, run_id: str, label: str | None, note: str | None) -> None:
        """Keep what a person calls a run, and what of it is to be remembered; what is null stays as it was."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO labels VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
                " label = coalesce(excluded.label, label), note = coalesce(excluded.note, note)",
                (self._seq(run_id), label, note),
            )

    def calibrated(self, run_id: str, cell_id: str, calibration: Calibration) -> None:
        """Keep a cell's calibration, in place of an earlier one.

        Raises:
            ValueError: The run has no such cell.
        """
        with self._writing() as connection, _known(run_id, cell_id):
            connection.execute(
                "INSERT OR REPLACE INTO calibrations VALUES (?, ?, ?)",
                (self._seq(run_id), cell_id, codec.dump_calibration(calibration)),
            )

    def keep_turns(self, run_id: str, cell_id: str, turns: Timeline) -> None:
        """Keep who ran when in a cell, in place of what was kept of it earlier.

        Raises:
            ValueError: The run has no such cell.
        """
        with self._writing() as connection, _known(run_id, cell_id):
            connection.execute(
                "INSERT OR REPLACE INTO turns VALUES (?, ?, ?)",
                (self._seq(run_id), cell_id, codec.dump_timeline(turns)),
            )

    def add(self, run_id: str, repetition: Repetition, samples: Samples | None) -> None:
        """Keep one repetition, in one transaction: all of it or nothing.

        Raises:
            ValueError: The run has no such cell, or already holds this cell's repetition of this round.
        """
        data = None if samples is None else samples.to_bytes()
        document = codec.dump_repetition(repetition)
        with self._writing() as connection, _known(run_id, repetition.cell_id):
            cursor = connection.execute(
                "INSERT INTO repetitions (run, cell, round, status, document) VALUES (?, ?, ?, ?, ?)",
                (self._seq(run_id), repetition.cell_id, repetition.round, repetition.status, document),
            )
            if data is not None:
                connection.execute("INSERT INTO samples VALUES (?, ?)", (cursor.lastrowid, data))

    def revise(self, run_id: str, cell_id: str, round_: int, repetition: Repetition) -> None:
        """Replace a repetition, whose status changed when its round was run again; its samples stay.

        Raises:
            ValueError: There is no repetition of that cell and round, or the new one is of another.
        """
        if (repetition.cell_id, repetition.round) != (cell_id, round_):
            raise ValueError(f"run {run_id}: {cell_id} in round {round_} cannot become another cell or round")
        with self._writing() as connection:
            changed = connection.execute(
                "UPDATE repetitions SET status = ?, document = ? WHERE run = ? AND cell = ? AND round = ?",
                (repetition.status, codec.dump_repetition(repetition), self._seq(run_id), cell_id, round_),
            ).rowcount
            if not changed:
                raise ValueError(f"run {run_id} has no repetition of {cell_id} in round {round_}")

    def finish(self, run_id: str, status: RunStatus) -> None:
        """Keep how a run ended."""
        with self._writing() as connection:
            connection.execute("UPDATE runs SET status = ? WHERE seq = ?", (status, self._seq(run_id)))

    def runs(self, limit: int | None = None) -> tuple[RunRow, ...]:
        """List the runs, newest first; `limit` null lists all."""
        with self._reading() as connection:
            rows = connection.execute(LIST, (-1 if limit is None else limit,)).fetchall()
            labels = labels_of(connection)
        return tuple(
            RunRow(
                *(run_id, name, started_at, status_of(status, Owner(*owner)), cells, done, planned),
                *labels.get(run_id, (None, None)),
            )
            for run_id, name, started_at, status, *owner, cells, done, planned in rows
        )

    def find(self, reference: str) -> str:
        """Return the id of the run that an id, the beginning of one, a label, `last` or `last~N` means.

        Raises:
            RunNotFoundError: None is meant, or more than one.
        """
        with self._reading() as connection:
            rows = connection.execute("SELECT id, name, started_at FROM runs ORDER BY seq DESC").fetchall()
            labels = {run_id: label for run_id, (label, _) in labels_of(connection).items()}
        return resolve(reference, rows, labels, self.path)

    def load(self, run_id: str) -> Run:
        """Read a run; its samples are read when they are asked for, also after the store was closed.

        Raises:
            RunNotFoundError: There is no such run.
        """
        with self._reading() as connection, undamaged(self.path, f"run {run_id}"):
            return read_run(connection, self.path, run_id)

    def delete(self, run_id: str) -> None:
        """Remove a run with all that was measured in it; its space is given back to the disk.

        Raises:
            RunNotFoundError: There is no such run.
            StoreError: It is still running.
        """
        with self._writing() as connection:
            row = connection.execute(
                "SELECT seq, status, pid, boot_id, process_started FROM runs WHERE id = ?", (run_id,)
            ).fetchone()
            if row is None:
                raise RunNotFoundError(f"no run {run_id!r} in {self.path}")
            seq, status, *fields = row
            owner = Owner(*fields)
            if status_of(status, owner) == "running" and owner != this_process():
                raise StoreError(f"run {run_id} is still running, in process {owner.pid}; stop that first")
            connection.execute("DELETE FROM runs WHERE seq = ?", (seq,))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        # Taking the write lock at once leaves no point at which two writers wait for each other.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One view of the file, whatever another process writes meanwhile."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, explained(self.path):
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                # A full disk may have ended the transaction already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _seq(self, run_id: str) -> int:
        row = self._connection.execute("SELECT seq FROM runs WHERE id = ?", (run_id,)).fetchone()
        if row is None:
            raise StoreError(
                f"run {run_id} is no longer in {self.path}: it was deleted, or the file was replaced"
            )
        return cast("int", row[0])


@contextmanager
def _known(run_id: str, cell_id: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise ValueError(
            f"run {run_id} has no cell {cell_id}, or already holds its repetition of this round"
        ) from error
