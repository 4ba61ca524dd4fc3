"""A run that was killed or interrupted goes on where it was."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.cli.test_run import PROGRAM, descendants, runs, simulator, wait_for

Write = Callable[..., Path]

PARSER = """
from pathlib import Path
HERE = Path(__file__).parent
def parse(body, url):
    if url.endswith("/9") and (HERE / "hang").exists():
        (HERE / "spinning").touch()
        while True: pass
    return {"size": len(body), "of": url[-1]}
"""
ROUNDS = 3


@pytest.fixture
def file(scenario_file: Write) -> Path:
    """Return a scenario whose parser hangs in the window as soon as there is a file `hang`."""
    path = scenario_file(
        job__parser={"function": "slow:parse", "url": True},
        strategies=["threads", "processes"],
        rounds=ROUNDS,
    )
    (path.parent / "slow.py").write_text(PARSER, encoding="utf-8")
    return path


def start(file: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*PROGRAM, "run", str(file)],
        cwd=file.parent,
        env={**os.environ, "SIMULATOR_STORE": str(file.parent / "results.sqlite")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stored(file: Path) -> dict[tuple[str, int], str]:
    """Return (cell, round) -> document of every repetition in the database."""
    path = file.parent / "results.sqlite"
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT cell, round, document FROM repetitions").fetchall()
    except sqlite3.OperationalError:  # not yet a database
        return {}
    return {(cell, round_): document for cell, round_, document in rows}


def stopped_in_mid_run(file: Path, number: signal.Signals) -> tuple[str, set[int]]:
    """Start the run, stop it in the window of its fourth repetition or so; return its stderr and its children."""
    running = start(file)
    try:
        deadline = time.monotonic() + 60
        while len(stored(file)) < 3:
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        (file.parent / "hang").touch()
        wait_for(file.parent / "spinning", running)
        children = descendants(running.pid)
        running.send_signal(number)
    except BaseException:
        running.kill()
        running.communicate()
        raise
    _, err = running.communicate(timeout=30)
    (file.parent / "hang").unlink()
    return err, children


def load(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((file.parent / "out.json").read_text(encoding="utf-8"))
    return document


def test_killed_in_mid_run_it_goes_on_and_measures_nothing_twice(file: Path) -> None:
    _, children = stopped_in_mid_run(file, signal.SIGKILL)
    assert children
    deadline = time.monotonic() + 10
    while left := [pid for pid in children if runs(pid)]:
        assert time.monotonic() < deadline, f"left behind by the killed program: {left}"
        time.sleep(0.02)
    before = stored(file)
    listed = simulator("runs", "--json", folder=file.parent)
    (row,) = json.loads(listed.stdout)
    assert row["status"] == "interrupted"

    done = simulator("run", file, "--resume", row["id"], "--json", "out.json", folder=file.parent)
    assert done.returncode == 0, done.stderr
    after = stored(file)
    assert {key: after[key] for key in before} == before, "what was measured is kept as it was"
    document = load(file)
    assert document["id"] == row["id"]
    assert document["partial"] is False
    for cell in document["cells"]:
        counted = [r for r in cell["repetitions"] if r["status"] != "discarded"]
        assert sorted({r["round"] for r in counted}) == sorted(r["round"] for r in counted)
        assert len(counted) == ROUNDS
        assert cell["equality"] == "equal"
        assert cell["response_time_s"]["p50"] is not None, "the raw samples of before are read too"
    with closing(sqlite3.connect(file.parent / "results.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)

    again = simulator("run", file, "--resume", "last", folder=file.parent)
    assert again.returncode == 2
    assert "complete; there is nothing left of it to go on with" in again.stderr


def test_interrupted_it_prints_the_command_that_goes_on(file: Path) -> None:
    err, _ = stopped_in_mid_run(file, signal.SIGINT)
    line = next(line for line in err.splitlines() if line.startswith("go on with it: "))
    words = line.removeprefix("go on with it: ").split()
    assert words[1:3] == ["run", str(file)]
    assert words[-2] == "--resume"

    other = simulator("run", file, "--set", "in_flight=2", "--resume", words[-1], folder=file.parent)
    assert other.returncode == 2
    assert "in_flight was 3, and is 2" in other.stderr
    assert "Traceback" not in other.stderr
    nowhere = simulator("run", file, "--resume", "nope", folder=file.parent)
    assert nowhere.returncode == 2
    assert "no run 'nope'" in nowhere.stderr

    done = simulator(*words[1:], "--json", "out.json", folder=file.parent)
    assert done.returncode == 0, done.stderr
    assert load(file)["id"] == words[-1]


def test_a_parser_that_was_changed_meanwhile_is_found_out(file: Path) -> None:
    stopped_in_mid_run(file, signal.SIGINT)
    (file.parent / "slow.py").write_text(PARSER.replace("len(body)", "-len(body)"), encoding="utf-8")
    done = simulator("run", file, "--resume", "last", "--json", "out.json", folder=file.parent)
    assert done.returncode == 1, done.stderr
    reasons = {cell["reason"] for cell in load(file)["cells"] if cell["status"] == "failed"}
    assert any("differ from those that this cell gave before the run was interrupted" in r for r in reasons)
