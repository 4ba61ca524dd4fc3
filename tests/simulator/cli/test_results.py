"""`simulator report` of result documents; `test_run.py` has the rest."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli.app import app
from simulator.result.document import to_json
from tests.simulator.analysis.builders import matrix

RATES = {"threads": [100.0, 101.0, 99.0], "processes": [80.0, 82.0, 81.0]}


@pytest.fixture
def file(tmp_path: Path) -> str:
    levels = ["0ms", "20ms", "40ms", "80ms"]
    found = matrix({level: {"1ms": RATES, "9ms": RATES} for level in levels}, {"1ms": 0.001, "9ms": 0.009})
    path = tmp_path / "result.json"
    path.write_text(to_json(found), encoding="utf-8")
    return str(path)


def reported(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["report", *arguments], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_report_of_many_combinations_leaves_their_tables_out_unless_they_are_asked_for(file: str) -> None:
    short, long = reported(file), reported(file, "--tables")
    assert "Who is fastest" in short
    assert "8 tables are left out" in short
    assert "simulator report r1 --tables shows them" in " ".join(short.split())
    assert "speed-up" not in short
    assert long.count("speed-up") == 8
    assert "left out" not in long


def test_a_document_that_is_read_back_has_the_same_report(file: str, tmp_path: Path) -> None:
    again = str(tmp_path / "again.json")
    assert reported(file) == reported(file, "--json", again)
    assert reported(again) == reported(file)
