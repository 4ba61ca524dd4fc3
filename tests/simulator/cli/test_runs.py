import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.result.run import Run
from simulator.store import Store
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep


def aged(run_id: str, days: float, name: str = "shop") -> Run:
    made = run_of({"threads": [1.0, 2.0, 3.0]}, run_id=run_id)
    started = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    return replace(made, header=replace(made.header, name=name, started_at=started))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three runs: of 40 days, 3 days and an hour ago."""
    keep(tmp_path, aged("a1", 40), replace(aged("b1", 3, "crawler"), status="failed"), aged("c1", 0.04))
    return tmp_path


def ids(folder: Path, *arguments: str) -> list[str]:
    done = simulator(folder, "runs", "--json", "-", *arguments)
    assert done.returncode == 0, done.stderr
    return [row["id"] for row in json.loads(done.stdout)]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), ["c1", "b1", "a1"]),
        (("--scenario", "craw*"), ["b1"]),
        (("--status", "complete"), ["c1", "a1"]),
        (("--since", "7d"), ["c1", "b1"]),
        (("--since", "2h"), ["c1"]),
        (("--limit", "1"), ["c1"]),
        (("--status", "complete", "--limit", "1", "--since", "2001-01-01"), ["c1"]),
    ],
)
def test_filters(folder: Path, arguments: tuple[str, ...], found: list[str]) -> None:
    assert ids(folder, *arguments) == found


def test_the_list_for_people_and_for_programs_agree(folder: Path) -> None:
    shown = simulator(folder, "runs", "--scenario", "crawler")
    (row,) = json.loads(simulator(folder, "runs", "--scenario", "crawler", "--json", "-").stdout)
    assert row["status"] == "failed"
    assert (row["cells"], row["repetitions_done"], row["repetitions_planned"]) == (1, 3, 3)
    lines = shown.stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].split()[0] == "b1"
    assert lines[1].split()[-3:] == ["failed", "1", "3/3"]
    assert "no run matches" in simulator(folder, "runs", "--scenario", "nix").stdout


def test_without_a_database_the_array_is_empty(tmp_path: Path) -> None:
    assert ids(tmp_path) == []


def test_runs_that_are_named_are_deleted_and_told(folder: Path) -> None:
    # Both are meant as the list shows them: the first deletion does not shift `last~1`.
    done = simulator(folder, "runs", "--delete", "last", "--delete", "last~1")
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["deleted", "c1"], ["deleted", "b1"]]
    assert ids(folder) == ["a1"]


def test_one_wrong_name_deletes_nothing(folder: Path) -> None:
    done = simulator(folder, "runs", "--delete", "a1", "--delete", "nix")
    assert done.returncode == 2
    assert "no run 'nix'" in done.stderr
    assert ids(folder) == ["c1", "b1", "a1"]


def test_a_run_that_is_going_on_is_not_deleted_and_neither_are_the_others(folder: Path) -> None:
    with Store.open(folder / "results.sqlite") as store:
        store.begin(aged("d1", 50).header)  # this process is its owner, and alive
        done = simulator(folder, "runs", "--delete", "a1", "--delete", "d1")
        assert done.returncode == 2
        assert "d1 (shop" in done.stderr
        assert "is still going on; stop it first. Nothing was deleted" in done.stderr
        pruned = simulator(folder, "runs", "--prune", "30d", "--yes")
        assert pruned.returncode == 0
        assert ids(folder) == ["d1", "c1", "b1"]


def test_pruning_without_a_terminal_asks_for_yes_and_says_what_it_would_do(folder: Path) -> None:
    done = simulator(folder, "runs", "--prune", "2d")
    assert done.returncode == 2
    assert "--prune 2d would delete 2 runs; add --yes to do it" in done.stderr
    assert "b1 (crawler" in done.stderr
    assert len(ids(folder)) == 3
    done = simulator(folder, "runs", "--prune", "2d", "--scenario", "shop", "--yes")
    assert done.stdout.startswith("deleted a1 (shop, ")
    assert ids(folder) == ["c1", "b1"]
    again = simulator(folder, "runs", "--prune", "30d")
    assert again.returncode == 0
    assert again.stdout == "nothing to delete: no run started before 30d and matches\n"


@pytest.mark.parametrize(("answer", "left"), [("yes", ["c1", "b1"]), ("y", ["c1", "b1", "a1"])])
def test_pruning_at_a_terminal_asks_first(folder: Path, answer: str, left: list[str]) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        done = subprocess.run(
            [sys.executable, "-m", "simulator", "runs", "--prune", "30d"],
            env={**os.environ, "SIMULATOR_STORE": str(folder / "results.sqlite")},
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert "Delete 1 run? Type yes:" in done.stderr
    assert ids(folder) == left


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--status", "done"), "--status done: there are running, complete, interrupted, failed"),
        (("--since", "soon"), "--since: 'soon' is no age and no date"),
        (("--prune", "soon"), "--prune: 'soon' is no age and no date"),
        (("--delete", "a1", "--scenario", "x"), "--delete names its runs"),
        (("--delete", "a1", "--json", "-"), "--json prints the list"),
        (("--delete", "old.json"), "--delete old.json is a file"),
        (("--yes",), "--yes answers what --prune asks"),
    ],
)
def test_what_does_not_go_together_is_refused(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    done = simulator(folder, "runs", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(ids(folder)) == 3


def test_deleting_where_there_is_no_database_says_so(tmp_path: Path) -> None:
    done = simulator(tmp_path, "runs", "--delete", "last")
    assert done.returncode == 2
    assert "does not exist" in done.stderr
