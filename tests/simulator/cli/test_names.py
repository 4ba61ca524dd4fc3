"""What a person calls a run, and what of it is to be remembered."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.result.document import to_json
from simulator.result.run import Run
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep

STEADY = [100.0, 101.0, 99.0]


def called(run_id: str, label: str | None, note: str | None = None) -> Run:
    made = run_of({"sequential": STEADY, "threads": STEADY}, run_id=run_id)
    return replace(made, header=replace(made.header, label=label, note=note))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keep(tmp_path, called("aaaa", "main", "before the rewrite"), called("bbbb", None))
    return tmp_path


def test_a_named_baseline_is_a_run_in_every_command(folder: Path) -> None:
    compared = simulator(folder, "compare", "main", "last")
    assert compared.returncode == 0, compared.stderr
    assert "bbbb (B) against aaaa (A)" in compared.stdout
    by_name, by_id = (simulator(folder, "report", run, "--json", "-").stdout for run in ("main", "aaaa"))
    assert by_name == by_id
    assert simulator(folder, "export", "main").stdout.splitlines()[1].startswith("aaaa,")
    assert simulator(folder, "runs", "--delete", "main").stdout.startswith("deleted aaaa ")


def test_the_list_shows_names_and_notes_where_there_are_some(folder: Path) -> None:
    shown = " ".join(simulator(folder, "runs", columns=120).stdout.split())
    assert "name: note" in shown
    assert "main: before the rewrite" in shown
    rows = json.loads(simulator(folder, "runs", "--json", "-").stdout)
    assert [(row["label"], row["note"]) for row in rows] == [(None, None), ("main", "before the rewrite")]
    simulator(folder, "runs", "--delete", "main")
    assert "note" not in simulator(folder, "runs").stdout


def test_a_run_is_named_when_it_is_looked_at_and_the_newest_of_a_name_is_meant(folder: Path) -> None:
    done = simulator(folder, "report", "last", "--quiet", "--name", "main")
    assert done.returncode == 0, done.stderr
    rows = json.loads(simulator(folder, "runs", "--json", "-").stdout)
    assert [(row["label"], row["note"]) for row in rows] == [("main", None), ("main", "before the rewrite")]
    assert "aaaa (B) against bbbb (A)" in simulator(folder, "compare", "main", "main~1").stdout


@pytest.mark.parametrize(
    "command", [("report", "last"), ("run", "quickstart"), ("tune", "quickstart", "--case", "mixed")]
)
def test_a_name_that_would_mean_something_else_is_refused(folder: Path, command: tuple[str, ...]) -> None:
    done = simulator(folder, *command, "--name", "last")
    assert done.returncode == 2
    assert "--name: a run cannot be called 'last'" in done.stderr


def test_a_file_has_no_name_and_a_run_that_goes_on_has_its_own(folder: Path) -> None:
    (folder / "r.json").write_text(to_json(document({"threads": STEADY})), encoding="utf-8")
    assert "--name and --note are kept in the results database" in (
        simulator(folder, "report", "r.json", "--note", "x").stderr
    )
    done = simulator(folder, "run", "quickstart", "--resume", "main", "--note", "x")
    assert "--resume goes on with a run that has its name and note" in done.stderr
