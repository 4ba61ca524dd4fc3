"""`simulator report` of result documents; `test_run.py` has the rest."""

import os
from pathlib import Path

import pytest

from simulator.result.document import to_json
from tests.simulator.analysis.builders import matrix
from tests.simulator.cli.started import Done, simulator

RATES = {"threads": [100.0, 101.0, 99.0], "processes": [80.0, 82.0, 81.0]}


@pytest.fixture
def file(tmp_path: Path) -> str:
    levels = ["0ms", "20ms", "40ms", "80ms"]
    found = matrix({level: {"1ms": RATES, "9ms": RATES} for level in levels}, {"1ms": 0.001, "9ms": 0.009})
    path = tmp_path / "result.json"
    path.write_text(to_json(found), encoding="utf-8")
    return str(path)


def reported(file: str, *arguments: str) -> str:
    done = simulator(Path(file).parent, "report", file, *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_a_report_of_many_combinations_leaves_their_tables_out_unless_they_are_asked_for(file: str) -> None:
    short, long = reported(file), reported(file, "--tables")
    assert "Who is fastest" in short
    assert "8 tables are left out" in short
    assert "simulator report r1 --tables shows them" in " ".join(short.split())
    assert "verdict" not in short
    assert long.count("verdict") == 8
    assert "left out" not in long


def test_a_document_that_is_read_back_has_the_same_report(file: str, tmp_path: Path) -> None:
    again = str(tmp_path / "again.json")
    assert reported(file) == reported(file, "--json", again)
    assert reported(again) == reported(file)


def without_state(folder: Path, *arguments: str) -> Done:
    """Call the program as somebody who has nothing but the file: no database, no home."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder / "nowhere"), "COLUMNS": "80"}
    return simulator(folder, "report", *arguments, environ=environ)


@pytest.mark.parametrize(
    ("options", "shows"),
    [
        ((), "Who is fastest"),
        (("--why",), "Who is fastest"),
        (("--tables",), "verdict"),
        (("--markdown",), "| combination |"),
        (("--json", "-"), '"schema": "simulator.result/2"'),
    ],
)
def test_a_file_is_enough(file: str, tmp_path: Path, options: tuple[str, ...], shows: str) -> None:
    done = without_state(tmp_path, file, *options)
    assert done.returncode == 0, done.stderr
    assert shows in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.json"], "nothing is made beside it"


def test_the_document_on_standard_output_is_the_file(file: str, tmp_path: Path) -> None:
    done = without_state(tmp_path, file, "--json", "-")
    assert done.stdout == Path(file).read_text(encoding="utf-8") + "\n"
    assert "Who is fastest" in done.stderr


def test_markdown_has_standard_output_alone_beside_a_document(file: str, tmp_path: Path) -> None:
    done = without_state(tmp_path, file, "--markdown", "--json", "copy.json")
    assert len(done.stdout.splitlines()) < 20
    assert (tmp_path / "copy.json").read_text(encoding="utf-8") == Path(file).read_text(
        encoding="utf-8"
    ) + "\n"
    both = without_state(tmp_path, file, "--markdown", "--json", "-")
    assert both.returncode == 2
    assert "--json and --markdown take standard output" in both.stderr


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("none.json", None, "none.json cannot be read: No such file or directory"),
        ("bad.json", "{", "bad.json is not a result document: not JSON"),
        ("other.json", "{}", "other.json is not a result document: its schema is None"),
    ],
)
def test_a_file_that_is_no_document_is_named(tmp_path: Path, name: str, text: str | None, says: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = without_state(tmp_path, name)
    assert done.returncode == 2
    assert done.stderr.startswith(f"simulator: {says}")
    assert "Traceback" not in done.stderr


def test_a_part_is_shown_and_said_to_be_one_while_what_programs_read_is_whole(
    file: str, tmp_path: Path
) -> None:
    target = tmp_path / "whole.json"
    shown = reported(file, "--only", "server.latency=20ms,job.parse_cost=9ms", "--json", str(target))
    assert ", only server.latency=20ms,job.parse_cost=9ms" in shown.splitlines()[0]
    assert shown.count("verdict") == 1
    assert target.read_text() == Path(file).read_text() + "\n"
    wrong = simulator(tmp_path, "report", file, "--only", "strategy=thread")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("simulator: --only: strategy has no level thread; did you mean threads?")
