"""`simulator run FILE --resume RUN`: going on with what was killed or interrupted."""

import json
import shlex
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from simulator.cli.app import app
from simulator.cli.exits import Stop
from tests.simulator.cli.started import PROGRAM, running, simulator, wait_until
from tests.simulator.cli.test_run import descendants, runs

Write = Callable[..., Path]

SPINS_ONCE = """
import pathlib
def parse(body, url):
    spinning = pathlib.Path(__file__).with_name("spinning")
    if url.endswith("/9") and not spinning.exists():
        spinning.touch()
        while True: pass
    return len(body)
"""


def rows(store: Path, query: str) -> list[tuple[Any, ...]]:
    """Read from a results database, which another process may be about to create."""
    if not store.exists():
        return []
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []


def measured(store: Path) -> list[tuple[Any, ...]]:
    """Return what was measured, in its order, without how its round was judged afterwards."""
    found = rows(
        store,
        "SELECT cell, round, document, data FROM repetitions JOIN samples ON repetition = seq ORDER BY seq",
    )
    kept = []
    for cell, round_, text, data in found:
        document = json.loads(text)
        del document["status"], document["reason"]
        kept.append((cell, round_, document, data))
    return kept


def test_what_was_killed_goes_on_where_it_was(scenario_file: Write) -> None:
    file = scenario_file(
        strategies=["threads", "processes"],
        in_flight=2,
        rounds=2,
        budget="8s",
        job__pages=None,
        job__parse_cost="5ms",
    )
    folder, store = file.parent, file.parent / "results.sqlite"
    with running(folder, "run", file, "--set", "seed=5") as program:
        wait_until(lambda: len(measured(store)) >= 2 or program.poll() is not None, "two repetitions")
        assert program.poll() is None, program.communicate()
        children = descendants(program.pid)
        program.send_signal(signal.SIGKILL)
        program.wait()
    assert children
    wait_until(lambda: not any(map(runs, children)), "drivers and servers end with the program")
    ((run_id,),) = rows(store, "SELECT id FROM runs")
    before, calibrations = measured(store), rows(store, "SELECT * FROM calibrations ORDER BY cell")
    assert 2 <= len(before) < 6

    (folder / "python").symlink_to(sys.executable)
    for options, words in (
        (("--set", "seed=6"), f"run {run_id} cannot go on here"),
        (("--set", "seed=6"), "seed was 5, and is 6"),
        (("--set", "seed=5", "--python", str(folder / "python")), f"and would on {folder / 'python'}"),
        (("--set", "seed=5", "--resume", "nothing"), "nothing"),
    ):
        arguments = ["run", str(file), "--store", str(store), "--resume", "last", *options]
        refused = CliRunner().invoke(app, arguments).exception
        assert isinstance(refused, Stop)
        assert refused.code == 2
        assert words in refused.message
    assert measured(store) == before

    done = simulator(folder, "run", file, "--set", "seed=5", "--resume", run_id[:5], "--json", "out.json")
    assert done.returncode == 0, done.stderr
    document = json.loads((folder / "out.json").read_text())
    assert (document["id"], document["partial"]) == (run_id, False)
    assert rows(store, "SELECT id, status FROM runs") == [(run_id, "complete")]
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]
    assert measured(store)[: len(before)] == before, "what was stored is as it was, and nothing of it again"
    assert rows(store, "SELECT * FROM calibrations ORDER BY cell") == calibrations
    for cell in document["cells"]:
        counting = [r for r in cell["repetitions"] if r["status"] != "discarded"]
        assert [r["status"] for r in counting] == ["ok"] * 2
        assert cell["calibration"]["repeats"] >= 1
        pages = {r["measures"]["pages"] for r in cell["repetitions"]}
        assert pages == {cell["calibration"]["jobs"]}, "the size that was worked out at first"
    assert simulator(folder, "report", "last").stdout == done.stdout

    complete = simulator(folder, "run", file, "--set", "seed=5", "--resume", "last")
    assert complete.returncode == 2
    assert f"run {run_id} is complete; there is nothing left of it to go on with" in complete.stderr
    assert complete.stdout == ""


def test_an_interrupted_run_prints_the_command_that_goes_on_with_it(scenario_file: Write) -> None:
    file = scenario_file(job__parser={"function": "once:parse", "url": True}, job__pages=12)
    folder, store = file.parent, file.parent / "other results.sqlite"
    (folder / "once.py").write_text(SPINS_ONCE)
    options = ("--set", "description=two words", "--store", store.name)
    with running(folder, "run", file.name, *options) as program:
        wait_until(lambda: (folder / "spinning").exists() or program.poll() is not None, "the first window")
        assert program.poll() is None, program.communicate()
        busy = simulator(folder, "run", file.name, *options, "--resume", "last")
        assert busy.returncode == 2
        assert f"is still running, in process {program.pid}; stop that first" in busy.stderr
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=20)
    assert program.returncode == 130, errors
    (line,) = (line for line in errors.splitlines() if line.startswith("go on with it: "))
    _, *words = shlex.split(line.removeprefix("go on with it: "))
    assert words[:2] == ["run", file.name]
    assert measured(store) == []

    # As if it had been killed between storing the calibration of one cell and that of the next.
    with closing(sqlite3.connect(store)) as connection, connection:
        cells = [cell for (cell,) in connection.execute("SELECT cell FROM calibrations")]
        assert len(cells) == 2
        connection.execute("DELETE FROM calibrations WHERE cell = ?", cells[:1])
        connection.execute("UPDATE calibrations SET document = json_set(document, '$.jobs', 7)")
    done = simulator(folder, *words, "--json", "out.json")
    assert done.returncode == 0, (PROGRAM, words, done.stderr)
    document = json.loads((folder / "out.json").read_text())
    assert document["partial"] is False
    assert document["scenario"]["description"] == "two words"
    assert [cell["status"] for cell in document["cells"]] == ["ok", "ok"]
    assert {cell["calibration"]["jobs"] for cell in document["cells"]} == {12}, "every cell does the same job"
    assert rows(store, "SELECT status FROM runs") == [("complete",)]
