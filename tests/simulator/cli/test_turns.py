"""`simulator run --turns`: one more repetition, in which it is seen who ran when."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from simulator.result.attribution import UNCOUNTED
from simulator.result.document import result_schema
from simulator.runner import family
from tests.simulator.cli.started import running, simulator, wait_until

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.skipif(not family.READABLE, reason="threads are looked at in Linux's /proc"),
]

Write = Callable[..., Path]

SPINS_WHEN_ALL_IS_MEASURED = """
import contextlib, pathlib, sqlite3
FOLDER = pathlib.Path(__file__).parent
def parse(body, url):
    if url.endswith("/9"):
        with contextlib.closing(sqlite3.connect(FOLDER / "results.sqlite", timeout=20)) as kept:
            if kept.execute("SELECT status FROM runs").fetchall() == [("complete",)]:
                (FOLDER / "spinning").touch()
                while True: pass
    return len(body)
"""


@pytest.mark.alone
def test_turns_are_seen_kept_and_shown_and_count_as_no_round(scenario_file: Write) -> None:
    file = scenario_file(
        strategies=["threads", "asyncio"], job__pages=None, job__duration="1s", job__parse_cost="5ms"
    )
    folder = file.parent
    done = simulator(folder, "run", file, "--turns", "--why", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    assert "simulator: turns" not in done.stderr
    document = json.loads((folder / "out.json").read_text())
    jsonschema.validate(document, result_schema())
    cells = {cell["factors"]["strategy"]: cell for cell in document["cells"]}
    assert cells["sequential"]["turns"] is None, "one job at a time has nobody to take turns with"
    for name in ("threads", "asyncio"):
        turns = cells[name]["turns"]
        assert turns["round"] == UNCOUNTED
        assert turns["watch"]["looks"] > 0
        assert any(lane["turns_us"] for lane in turns["lanes"])
        assert any(lane["network_us"] for lane in turns["lanes"])
        assert cells[name]["timeline"]["watch"] is None
        counting = [r for r in cells[name]["repetitions"] if r["status"] != "discarded"]
        assert [r["round"] for r in counting] == [counting[0]["round"]]
    assert document["rounds_done"] == 1
    assert "watched: one ran for" in done.stdout

    again = simulator(folder, "report", "last", "--why", "--json", "again.json")
    assert again.stdout == done.stdout
    assert json.loads((folder / "again.json").read_text()) == document


def test_without_the_option_nobody_looks(scenario_file: Write) -> None:
    file = scenario_file()
    assert simulator(file.parent, "run", file, "--json", "out.json").returncode == 0
    document = json.loads((file.parent / "out.json").read_text())
    assert [cell["turns"] for cell in document["cells"]] == [None, None]


def test_interrupted_while_turns_are_watched_the_run_is_complete(scenario_file: Write) -> None:
    file = scenario_file(job__parser={"function": "spins:parse", "url": True})
    folder = file.parent
    (folder / "spins.py").write_text(SPINS_WHEN_ALL_IS_MEASURED)
    with running(folder, "run", file.name, "--turns", "--json", "out.json") as program:
        wait_until(
            lambda: (folder / "spinning").exists() or program.poll() is not None, "the watched repetition"
        )
        assert program.poll() is None, program.communicate()
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=60)
    assert program.returncode == 0, errors
    assert "turns: interrupted; the run is complete" in errors
    assert "go on with it" not in errors
    document = json.loads((folder / "out.json").read_text())
    assert document["partial"] is False
    assert [cell["status"] for cell in document["cells"]] == ["ok", "ok"]
    assert [cell["turns"] for cell in document["cells"]] == [None, None]
