"""A process that is killed in the middle of a run."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulator.store import Store, StoreError, owner

Make = Callable[..., Any]

WRITER = """
import sys
from pathlib import Path
import numpy as np
from simulator.result.repetition import Repetition
from simulator.result.run import PlannedCell, RunHeader
from simulator.result.samples import DRIVER_COLUMNS, SERVER_COLUMNS, Samples
from simulator.store import Store

run_id = sys.argv[2]
noise = np.random.default_rng(0).integers(0, 1 << 62, 4000)
samples = Samples(**{name: noise for name in (*DRIVER_COLUMNS, *SERVER_COLUMNS, "error")}, error_kinds=())
with Store.open(Path(sys.argv[1])) as store:
    cell = PlannedCell("c0", {}, None, 1, marked=False, unsupported=None)
    store.begin(RunHeader(run_id, "killed", {}, 1, {}, "now", (cell,)))
    print("begun", flush=True)
    for round_ in range(1_000_000):
        store.add(run_id, Repetition("c0", round_, "now", "ok", None, None), samples)
        print(round_, flush=True)
"""


def test_a_kill_costs_at_most_the_repetition_that_was_being_written(path: Path) -> None:
    for attempt in range(6):
        run_id = f"r{attempt}"
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), run_id], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer, writer.stdout:
            try:
                assert writer.stdout.readline() == "begun\n"
                for _ in range(attempt):
                    writer.stdout.readline()
                with Store.open(path, create=False) as reader:
                    assert reader.load(run_id).status == "running"
                    with pytest.raises(
                        StoreError, match=rf"still running, in process {writer.pid}; stop that first"
                    ):
                        reader.delete(run_id)
            finally:
                # At whatever point of its next transactions it now is.
                writer.send_signal(signal.SIGKILL)
            acknowledged = attempt + len(writer.stdout.read().splitlines())
        with Store.open(path) as store:
            run = store.load(run_id)
            assert run.status == "interrupted"
            assert acknowledged <= len(run.repetitions) <= acknowledged + 1
            assert [r.round for r in run.repetitions] == list(range(len(run.repetitions)))
            assert all(run.samples("c0", r.round) is not None for r in run.repetitions)
        with closing(sqlite3.connect(path)) as check:
            assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert check.execute("PRAGMA foreign_key_check").fetchall() == []
    with Store.open(path) as store:
        assert {row.status for row in store.runs()} == {"interrupted"}
        store.delete("r0")


def test_a_journal_that_a_kill_left_is_rolled_back_by_whoever_looks_next(path: Path) -> None:
    Store.open(path).close()
    # Small cache and large change: SQLite writes to the file itself before the transaction is committed.
    spill = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE');"
        "c.executemany(\"INSERT INTO runs VALUES (NULL, ?, '', '', 'running', 1, '', '', 1, NULL, NULL)\","
        "[(str(i) * 500,) for i in range(500)]); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", spill, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.with_name(path.name + "-journal").stat().st_size > 0
    with Store.open(path, create=False) as store:
        assert store.runs() == ()
        assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_this_process_is_alive_and_others_like_it_are_not() -> None:
    me = owner.this_process()
    assert owner.is_alive(me)
    assert not owner.is_alive(owner.Owner(me.pid, "another boot", me.started))
    if me.started is not None:
        assert not owner.is_alive(owner.Owner(me.pid, me.boot_id, me.started - 1))


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    try:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert owner._started(process.pid) is None
    finally:
        process.wait()


def test_without_proc_a_process_is_asked_for_by_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "boot_id", lambda: None)
    assert owner.is_alive(owner.Owner(os.getpid(), None, None))
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not owner.is_alive(owner.Owner(process.pid, None, None))
