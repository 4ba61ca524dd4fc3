"""`runtimes` with the commands: run, validate, tune, resume, compare, export."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator.cli.app import app
from simulator.cli.exits import Stop
from simulator.experiment.resuming import _runtimes
from simulator.result.run import PlannedCell
from simulator.runtimes.environments import Environments
from simulator.runtimes.facts import ask
from simulator.runtimes.interpreters import Interpreters
from simulator.runtimes.location import Located
from tests.interpreters import interpreter
from tests.simulator.analysis.builders import repetition, run
from tests.simulator.cli.started import simulator

Write = Callable[..., Path]
TRUTH = pytest.mark.truth
CONTRACTED = ("3.14", "jython")
"""Of whose drivers the contract tests show the same, without the command line."""


def stopped(*arguments: str | Path) -> str:
    found = CliRunner().invoke(app, [*map(str, arguments)]).exception
    assert isinstance(found, Stop)
    assert found.code == 2
    return found.message


def cells_of(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return {(c["factors"]["runtime"], c["factors"]["strategy"]): c for c in document["cells"]}


@pytest.mark.scenario
def test_one_run_measures_every_runtime_that_is_here(scenario_file: Write) -> None:
    file = scenario_file(runtimes=["current", {"name": "same", "python": sys.executable}, "3.99t"])
    folder = file.parent
    done = simulator(folder, "run", file, "--json", "out.json")
    assert done.returncode == 0, done.stderr
    cells = cells_of(folder / "out.json")
    assert {runtime: cells[runtime, "threads"]["status"] for runtime, _ in cells} == {
        "current": "ok",
        "same": "ok",
        "3.99t": "unsupported",
    }
    assert "no command python3.99t on PATH" in cells["3.99t", "threads"]["reason"]
    assert len({c["digest"] for c in cells.values() if c["status"] == "ok"}) == 1
    known = [c["calibration"] for c in cells.values() if c["calibration"]]
    amounts = {(calibration["repeats"], calibration["extra_fraction"]) for calibration in known}
    assert len(amounts) == 1, "calibrated once, on current"
    assert "runtime same: CPython" in " ".join(done.stdout.split())

    exported = simulator(folder, "export", "last", "--format", "csv")
    assert "runtime" in exported.stdout.splitlines()[0].split(",")
    compared = simulator(folder, "compare", "last", "last")
    assert compared.returncode in (0, 98), compared.stderr


@pytest.mark.scenario
@pytest.mark.timeout(320)  # a Java machine is started for each of the cells
@pytest.mark.parametrize(
    "name", ["3.13t", "pypy3", *(pytest.param(name, marks=TRUTH) for name in CONTRACTED)]
)
def test_another_python_gives_the_same_records(name: str, scenario_file: Write) -> None:
    file = scenario_file(
        runtimes=["current", {"name": "other", "python": interpreter(name)}],
        job__client="http.client",
        strategies=["threads"],
    )
    done = simulator(file.parent, "run", file, "--json", "out.json")
    assert done.returncode == 0, done.stderr
    cells = cells_of(file.parent / "out.json")
    assert {c["status"] for c in cells.values()} == {"ok"}
    assert {c["equality"] for c in cells.values()} == {"equal"}
    assert len({c["digest"] for c in cells.values()}) == 1


def test_python_that_would_run_nothing_is_an_error(scenario_file: Write) -> None:
    said = stopped("run", scenario_file(runtimes=["3.99t"]), "--python", sys.executable)
    assert (
        "--python is what current stands for, and the scenario's runtimes list no current (but 3.99t)" in said
    )


def test_a_search_is_on_one_python(scenario_file: Write) -> None:
    said = stopped("tune", scenario_file(runtimes=["current", "3.99t"]))
    assert "lists the runtimes current, 3.99t, and a search is for one of them" in said
    assert "--set 'runtimes=[current]'" in said


def test_validate_notes_what_is_not_here_once(scenario_file: Write) -> None:
    done = CliRunner().invoke(app, ["validate", str(scenario_file(runtimes=["current", "3.99t"]))])
    assert done.exit_code == 0
    assert done.output.count("3.99t") == 2, "one note, which names runtime and command"
    assert "note: runtime 3.99t is not here: no command python3.99t on PATH" in done.output


def differences(
    tmp_path: Path, *, build: str, executable: str = sys.executable, runtime: str = "current"
) -> list[str]:
    """Return what speaks against going on with a run of this build on a machine where it is what it is now."""
    factors = {"runtime": runtime, "strategy": "threads", "in_flight": 2}
    planned = PlannedCell("threads-x", factors, None, 2, marked=False, unsupported=None)
    about = {"build": build, "implementation": "CPython", "version": "3.0.1", "executable": executable}
    earlier = run([planned], [replace(repetition("threads-x", 1), environment=about)])
    located = {"current": Located("current", sys.executable, (), current=True)}
    return list(_runtimes(earlier, Interpreters(sys.executable, located, Environments(tmp_path, ""))))


def test_a_run_goes_on_only_on_the_pythons_that_it_was_measured_on(tmp_path: Path) -> None:
    now = ask(sys.executable)
    assert differences(tmp_path, build=now.build) == []
    (other,) = differences(tmp_path, build="another")
    assert other.startswith("runtime current was CPython 3.0.1 ('another'), and is CPython")
    (moved,) = differences(tmp_path, build=now.build, executable="/old/python")
    assert moved == f"runtime current was /old/python, and is {sys.executable}"
    (gone,) = differences(tmp_path, build=now.build, runtime="3.14")
    assert gone == "runtime 3.14 was CPython 3.0.1, and is not here now"
