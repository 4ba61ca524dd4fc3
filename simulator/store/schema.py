"""The tables, and whether a file holds them.

History of the schema version (PRAGMA user_version):
    1  first version
    2  turns
    3  scenarios_resolved
    4  labels

What is asked for by itself is a column; the rest of a repetition is one JSON document, so that a measure
that is added later needs no new schema.
"""

import sqlite3
from pathlib import Path

from .errors import ELSEWHERE, StoreError

VERSION = 4
APPLICATION_ID = 0x47494C53
"""ASCII "GILS", in the file's header: tells this program's databases from other SQLite files."""

_TURNS = """CREATE TABLE turns (
        run INTEGER NOT NULL,
        cell TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (run, cell),
        FOREIGN KEY (run, cell) REFERENCES cells (run, id) ON DELETE CASCADE
    )"""

_SCENARIOS_RESOLVED = """CREATE TABLE scenarios_resolved (
        run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
        document TEXT NOT NULL
    )"""

_LABELS = """CREATE TABLE labels (
        run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
        label TEXT,
        note TEXT
    )"""

_TABLES = (
    """CREATE TABLE runs (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        started_at TEXT NOT NULL,
        status TEXT NOT NULL,
        rounds INTEGER NOT NULL,
        scenario TEXT NOT NULL,
        environment TEXT NOT NULL,
        pid INTEGER NOT NULL,
        boot_id TEXT,
        process_started INTEGER
    )""",
    """CREATE TABLE cells (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        factors TEXT NOT NULL,
        baseline_id TEXT,
        in_flight INTEGER NOT NULL,
        marked INTEGER NOT NULL,
        unsupported TEXT,
        PRIMARY KEY (run, id)
    )""",
    """CREATE TABLE calibrations (
        run INTEGER NOT NULL,
        cell TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (run, cell),
        FOREIGN KEY (run, cell) REFERENCES cells (run, id) ON DELETE CASCADE
    )""",
    """CREATE TABLE repetitions (
        seq INTEGER PRIMARY KEY,
        run INTEGER NOT NULL,
        cell TEXT NOT NULL,
        round INTEGER NOT NULL,
        status TEXT NOT NULL,
        document TEXT NOT NULL,
        UNIQUE (run, cell, round),
        FOREIGN KEY (run, cell) REFERENCES cells (run, id) ON DELETE CASCADE
    )""",
    # Covers the counting in the list of runs, which then never touches the documents.
    "CREATE INDEX repetitions_by_status ON repetitions (run, status)",
    # Apart from the repetitions: a report needs all of those and few of these, which are far larger.
    """CREATE TABLE samples (
        repetition INTEGER PRIMARY KEY REFERENCES repetitions ON DELETE CASCADE,
        data BLOB NOT NULL
    )""",
    _TURNS,
    _SCENARIOS_RESOLVED,
    _LABELS,
)

_UPGRADES = {1: (_TURNS,), 2: (_SCENARIOS_RESOLVED,), 3: (_LABELS,)}
"""Version -> what makes the next one of it."""


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the file has this table; one of an older version that was only read since may lack it."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return found.fetchone() is not None


def prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Check that this is a results database; `create` makes it one of this version and checks writing.

    One of an older version is read as it is, since it may be on a read-only disk.

    Raises:
        StoreError: of a newer version, of another program, or empty where nothing may be created.
        sqlite3.Error: cannot be read or written at all.
    """
    connection.execute("PRAGMA foreign_keys = ON")
    fresh = _is_fresh(connection, path)
    if not create:
        if fresh:
            raise StoreError(f"{path} holds no results yet; `simulator run FILE` writes some")
        return
    if fresh:
        # Gives the space of deleted runs back to the disk; can only be chosen while the file is empty.
        connection.execute("PRAGMA auto_vacuum = FULL")
    # Writes in any case, so that a read-only or full disk is found before a run is measured, not after.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_fresh(connection, path):
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        else:
            for older in range(_version(connection), VERSION):
                for statement in _UPGRADES[older]:
                    connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _is_fresh(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell an empty database from one of ours. Raises StoreError where it is neither."""
    version = _version(connection)
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if application not in (0, APPLICATION_ID) or (tables and "runs" not in tables):
        raise StoreError(f"{path} is a database of another program; name the right file, {ELSEWHERE}")
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer version: schema {version}, this one knows {VERSION}; "
            "upgrade this program, or choose another file with --store PATH"
        )
    if tables and version not in (VERSION, *_UPGRADES):
        raise StoreError(f"{path} is a database of another program; name the right file, {ELSEWHERE}")
    return not tables
