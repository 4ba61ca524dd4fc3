"""The benchmarks start and end; what they measure is nothing for a test."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.accuracy import part
from tests.simulator.analysis.predictions import calibrated

ROOT = Path(__file__).parents[1]


@pytest.mark.scenario
@pytest.mark.parametrize(
    "name",
    [
        "harness",
        "report",
        "scale",
        "model",
        *(
            pytest.param(name, marks=pytest.mark.truth)  # each a minute beside other tests
            for name in ("server", "store", "memory", "search", "same", "hybrids", "what_if")
        ),
    ],
)
def test_a_benchmark_runs(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert "Traceback" not in done.stderr
    if name == "server" and shutil.which("wrk") is None:
        assert (done.returncode, "wrk" in done.stderr + done.stdout) == (2, True)
        return
    # 1: a target was missed, which a busy machine may do.
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.strip()


@pytest.mark.scenario
@pytest.mark.parametrize(
    "stages",
    [
        ("fuzz", "admin", "kill", "disk"),
        pytest.param(("crowd", "leak"), marks=pytest.mark.truth),
    ],
    ids=str,
)
def test_a_campaign_finds_no_fault(stages: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.campaign", "--quick", "--only", *stages],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["seed 1", *stages]


@pytest.mark.truth
@pytest.mark.timeout(420)
def test_revisions_are_built_measured_and_counted() -> None:
    command = [sys.executable, "-m", "benchmarks.revisions", "--quick"]  # pip makes four environments
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr
    assert "runs gave nothing" not in done.stdout
    assert "a parse that became 5% slower: a regression in " in done.stdout


@pytest.mark.truth
@pytest.mark.timeout(240)
def test_the_tables_of_clients_are_written(tmp_path: Path) -> None:
    file = tmp_path / "clients.md"
    file.write_text("# before\n<!--make clients-->\nold\n<!--end-->\nafter\n", encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.clients", str(file), "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=230, check=False)
    assert done.returncode == 0, done.stderr
    written = file.read_text(encoding="utf-8")
    assert written.startswith("# before\n<!--make clients-->\n")
    assert written.endswith("<!--end-->\nafter\n")
    assert "old" not in written
    assert "| `aiohttp` | on a loop |" in written
    assert "| a connection and a context for each request | threads |" in written


@pytest.mark.scenario
def test_the_table_of_accuracy_is_written(tmp_path: Path) -> None:
    file, kept = tmp_path / "prediction.md", tmp_path / "measured.json"
    file.write_text("# before\n<!--make accuracy-->\nold\n<!--end-->\nafter\n", encoding="utf-8")
    options = ["--quick", "--open-points", "0", "--store", str(kept)]
    command = [sys.executable, "-m", "benchmarks.accuracy", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    again = [sys.executable, "-m", "benchmarks.accuracy", "--from", str(kept), "--write", str(file)]
    done = subprocess.run(again, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    written = file.read_text(encoding="utf-8")
    assert written.startswith("# before\n<!--make accuracy-->\n")
    assert written.endswith("<!--end-->\nafter\n")
    # Beside other tests no cell may be quiet enough to be scored: then what was there stays.
    assert ("| throughput |" in written) != ("old" in written)


def test_the_table_of_accuracy_says_what_was_measured_where() -> None:
    made = {"platform": {"system": "Linux", "architecture": "riscv64"}, "machine": {"usable_cores": 3}}
    environment = {**made, "python": {"implementation": "PyPy", "version": "3.11.15"}}
    one = replace(calibrated(seed=7), environment=environment, rounds_done=1)
    cases = {"p0": {"in_flight": 2}, "p1": {"in_flight": 4}}
    other = replace(calibrated(seed=8, cases=cases, runtimes=["3.14", "3.13t"]), environment=environment)
    open_ = replace(calibrated(seed=9, arrivals={"rate": "9/s"}), environment=environment, rounds_done=3)
    (where, *_) = part([one, other, open_]).strip().splitlines()
    assert where == (
        "Measured on Linux riscv64, 3 cores, PyPy 3.11.15: seed 7 (0 points, 1 round), seed 8 (2 points on Python 3.14"
        " and 3.13t, 0 rounds) and seed 9 (0 points at which jobs come by themselves, 3 rounds)."
    )


@pytest.mark.truth
@pytest.mark.timeout(1200)
def test_a_plan_on_two_groups_gives_the_verdicts_of_one() -> None:
    command = [sys.executable, "-m", "benchmarks.on_dask", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1190, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: a busy machine may contradict itself
    assert done.stdout.count("12 of 12 cells valid") == 2
