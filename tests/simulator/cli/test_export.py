import csv
import io
import json
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator.analysis.summary import summarise
from simulator.result.document import to_json
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator, started
from tests.simulator.cli.stored import keep

RUN = run_of({"sequential": [10.0, 11.0, 12.0], "threads": [30.0, 33.0, 36.0]}, run_id="aaaa")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keep(tmp_path, RUN)
    (tmp_path / "run.json").write_text(to_json(summarise(RUN)), encoding="utf-8")
    return tmp_path


def test_cells_as_csv_on_standard_output_are_the_default(folder: Path) -> None:
    done = simulator(folder, "export")
    assert done.returncode == 0
    assert done.stderr == ""
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["strategy"], row["throughput_per_s_median"]) for row in rows] == [
        ("sequential", "11.0"),
        ("threads", "33.0"),
    ]
    assert rows[0]["speedup_median"] == ""
    assert float(rows[1]["speedup_median"]) == pytest.approx(3)


@pytest.mark.parametrize("what", ["cells", "repetitions", "samples"])
def test_all_formats_hold_the_same(folder: Path, what: str) -> None:
    lines = simulator(folder, "export", "aa", "--what", what, "--format", "jsonl").stdout.splitlines()
    expected = [json.loads(line) for line in lines]
    done = simulator(folder, "export", "aa", "--what", what, "--output", "out.parquet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "out.parquet is written\n")
    assert pq.read_table(folder / "out.parquet").to_pylist() == expected
    assert simulator(folder, "export", "--what", what, "-o", "out.csv").returncode == 0
    with (folder / "out.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == len(expected) == {"cells": 2, "repetitions": 6, "samples": 600}[what]
    assert list(rows[0]) == list(expected[0])
    for name, value in expected[-1].items():
        read = rows[-1][name]
        assert read == (
            "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        )


def test_a_document_has_cells_and_repetitions_but_no_samples(folder: Path) -> None:
    for what in ("cells", "repetitions"):
        from_file = simulator(folder, "export", "run.json", "--what", what)
        assert from_file.stdout == simulator(folder, "export", "last", "--what", what).stdout
    done = simulator(folder, "export", "run.json", "--what", "samples", "--output", "out.csv")
    assert done.returncode == 2
    assert "run.json is a result document, which holds no raw samples" in done.stderr
    assert not (folder / "out.csv").exists()


def test_without_pyarrow_parquet_says_how_to_get_it_and_leaves_no_file(folder: Path) -> None:
    (folder / "without").mkdir()
    (folder / "without" / "pyarrow.py").write_text("raise ImportError('not here')", encoding="utf-8")
    environ = {"PYTHONPATH": str(folder / "without")}
    done = started(folder, "export", "--output", "out.parquet", environ=environ)
    assert done.returncode == 2
    assert "pip install 'pyarrow>=17'" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["results.sqlite", "run.json", "without"]
    assert started(folder, "export", environ=environ).returncode == 0


def test_damaged_samples_leave_what_was_there_before(folder: Path) -> None:
    with sqlite3.connect(folder / "results.sqlite") as connection:
        connection.execute("UPDATE samples SET data = x'00' WHERE repetition = 4")
    connection.close()
    (folder / "out.csv").write_text("older", encoding="utf-8")
    done = simulator(folder, "export", "--what", "samples", "--output", "out.csv")
    assert done.returncode == 2
    assert "is damaged" in done.stderr
    assert (folder / "out.csv").read_text(encoding="utf-8") == "older"
    assert sorted(path.name for path in folder.iterdir()) == ["out.csv", "results.sqlite", "run.json"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--what", "jobs"), "--what jobs: there are cells, repetitions, samples"),
        (("--format", "xml"), "--format xml: there are csv, jsonl, parquet"),
        (("--format", "parquet"), "name a file with --output PATH"),
        (("--output", "no/such/out.csv"), "--output no/such/out.csv: there is no folder"),
        (("nix",), "no run 'nix'"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    done = simulator(folder, "export", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's device that is always full")
def test_a_full_disk_is_said_in_a_sentence(folder: Path) -> None:
    done = simulator(folder, "export", "--what", "samples", "--output", "/dev/full")
    assert done.returncode == 1
    assert done.stderr == "simulator: --output /dev/full cannot be written: No space left on device\n"
