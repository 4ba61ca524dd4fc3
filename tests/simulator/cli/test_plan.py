"""`run --dry-run`, budgets and presets: what is planned, without measuring it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.cli.exits import Stop
from simulator.cli.presets import FAST, RIGOROUS, preset
from tests.simulator.cli.test_run import run_json, simulator

Write = Callable[..., Path]


def test_a_plan_lists_the_cells_and_measures_nothing(scenario_file: Write) -> None:
    file = scenario_file(
        strategies=["threads", {"name": "loop", "base": "asyncio"}], job__client="http.client", rounds=4
    )
    done = simulator("run", file, "--dry-run", folder=file.parent)
    assert done.returncode == 0, done.stderr
    assert "tiny: not run, only planned" in done.stdout
    assert re.search(r"2 cells × 4 rounds = 8 repetitions, about \d+ s, start-up included", done.stdout)
    assert re.search(r"^threads +3 +12 ", done.stdout, re.MULTILINE)
    assert "will be left out" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert simulator("runs", folder=file.parent).stdout.startswith("no runs yet")


def test_a_budget_sizes_the_jobs_of_each_cell(scenario_file: Write) -> None:
    file = scenario_file(
        job__pages=None, budget="8s", strategies=["threads", "asyncio"], server__latency="10ms", rounds=1
    )
    document = run_json(file)
    assert document["exit code"] == 0
    cells = document["cells"]
    assert isinstance(cells, list)
    jobs = {c["factors"]["strategy"]: c["calibration"]["jobs"] for c in cells}
    assert jobs["threads"] == jobs["asyncio"] > jobs["sequential"] > 1
    assert {c["factors"]["strategy"]: c["pages"] for c in cells} == jobs
    took = sum(r["took_s"] for c in cells for r in c["repetitions"])
    assert took < 8 * 3, "a busy machine is slower than predicted, but not by so much"


def test_a_budget_that_is_too_short_says_what_it_would_take(scenario_file: Write) -> None:
    file = scenario_file(job__pages=None, budget="1s", rounds=5)
    for arguments in ((), ("--dry-run",)):
        done = simulator("run", file, *arguments, folder=file.parent)
        assert done.returncode == 2
        assert re.search(
            r"2 cells in 5 rounds take about \d+ s .* raise budget", done.stderr.replace("\n", " ")
        )
        assert "Traceback" not in done.stderr


def test_precision_goes_on_until_it_is_reached(scenario_file: Write) -> None:
    file = scenario_file(rounds=3, precision="60%", strategies=["threads"])
    document = run_json(file)
    assert document["exit code"] == 0
    assert document["scatter_rounds"] == 3
    assert document["rounds_done"] >= 3  # type: ignore[operator]


def test_presets_are_settings_that_others_override(scenario_file: Write) -> None:
    assert preset(fast=True, rigorous=False) == FAST
    assert preset(fast=False, rigorous=True) == RIGOROUS
    assert preset(fast=False, rigorous=False) == ()
    with pytest.raises(Stop, match="exclude each other"):
        preset(fast=True, rigorous=True)
    file = scenario_file()
    done = simulator("run", file, "--fast", "--set", "rounds=4", "--dry-run", folder=file.parent)
    assert "2 cells × 4 rounds" in done.stdout
    assert "until the ratios are known to ±10%" in " ".join(done.stdout.split())
