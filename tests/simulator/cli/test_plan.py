"""`simulator run --dry-run`, budgets, and the presets `--fast` and `--rigorous`."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli.app import app
from simulator.cli.exits import Stop
from simulator.cli.presets import preset
from simulator.scenario.load import load
from simulator.scenario.model import Scenario
from tests.simulator.cli.started import simulator

pytestmark = pytest.mark.scenario

Write = Callable[..., Path]
ROW = re.compile(r"\s*(sequential|threads)\s+(\d+)\s+([\d,]+)\s+[\d.,]+\s+[\d.,]+\s*")


def row_pages(text: str) -> list[tuple[str, int]]:
    """Return strategy and pages of the plan's rows, in their order."""
    found = map(ROW.fullmatch, text.splitlines())
    return [(match[1], int(match[3].replace(",", ""))) for match in found if match is not None]


def test_a_dry_run_lists_cells_pages_and_time_and_measures_nothing(scenario_file: Write) -> None:
    file = scenario_file(
        strategies=["threads", {"name": "many", "base": "processes_per_core", "parallelism": 900}],
        cases={"plain": {"job.parse_cost": "9ms"}, "cheap": {"job.parse_cost": "1us"}},
        rounds=3,
    )
    done = simulator(file.parent, "run", file, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tiny: not run, only planned")
    said = " ".join(done.stdout.split())
    assert re.search(r"2 cells × 3 rounds = 6 repetitions, about (\d+ min )?\d+ s", said), said
    assert row_pages(done.stdout) == [("sequential", 12), ("threads", 12)]
    assert len(re.findall(r"many-\S+ will be left out: ", said)) == 2
    assert (
        len(re.findall(r"(?:threads|sequential)-\S+ will be left out: a parse cost of 1us is less", said))
        == 2
    )
    assert not (file.parent / "results.sqlite").exists()


def test_a_budget_sizes_the_jobs_of_each_case_and_presets_are_settings(scenario_file: Write) -> None:
    file = scenario_file(
        job__pages=None,
        job__parser="spin",
        cases={"waiting": {"job.parse_cost": "0ms"}, "computing": {"job.parse_cost": "20ms"}},
    )
    done = simulator(file.parent, "run", file, "--fast", "--set", "rounds=4", "--dry-run")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "4 cells × 4 rounds = 16 repetitions" in said
    assert "known to ±10 %, or the budget ends" in said
    assert "The budget is 2 min 00 s" in said
    pages = row_pages(done.stdout)
    assert [strategy for strategy, _ in pages] == ["sequential", "threads"] * 2
    (_, alone), (_, waiting), (_, computing_alone), (_, computing) = pages
    assert waiting > alone > computing_alone
    assert waiting > computing


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_a_budget_that_is_too_short_says_what_to_change(
    scenario_file: Write, arguments: tuple[str, ...]
) -> None:
    file = scenario_file(budget="1s", job__pages=None, rounds=8)
    done = simulator(file.parent, "run", file, *arguments)
    assert done.returncode == 2, done.stdout
    assert re.search(r"2 cells in 8 rounds take about \d+ s with the shortest windows", done.stderr)
    assert "raise budget, or lower rounds or the number of cells" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_cannot_count_is_told_before_anything_is_measured(scenario_file: Write) -> None:
    limits = {"min_window": "0ms", "min_jobs_per_slot": 10}
    file = scenario_file(validity=limits, job__pages=12, expect=["throughput(threads) > 1/h"])
    few = "12 jobs for 3 in flight, fewer than 10 for each; raise job.pages to 30"
    for command in (("run", file, "--dry-run"), ("validate", file)):
        done = simulator(file.parent, *command)
        assert done.returncode == 0, done.stderr
        assert few in " ".join(done.stdout.split())
    done = simulator(file.parent, "run", file, "--json", "-")
    assert done.returncode == 98, done.stderr
    assert f"simulator: threads: not measured: {few}" in done.stderr
    cells = {cell["factors"]["strategy"]: cell for cell in json.loads(done.stdout)["cells"]}
    assert cells["threads"]["status"] == "invalid"
    assert cells["sequential"]["repetitions"][0]["measures"] is not None, "the others are measured"
    assert cells["threads"]["repetitions"][0]["measures"] is None


def test_without_pages_and_duration_each_cell_is_sized_by_itself(scenario_file: Write) -> None:
    file = scenario_file(job__pages=None, job__parser="spin", job__parse_cost="0ms", server__latency="40ms")
    done = simulator(file.parent, "run", file, "--dry-run")
    assert done.returncode == 0, done.stderr
    (_, alone), (_, threads) = row_pages(done.stdout)
    assert 0 < alone < threads, "the baseline, one at a time, no longer than it needs"


def settings(scenario: Scenario) -> tuple[int, float | None, int | None]:
    return scenario.rounds, scenario.precision, scenario.budget_ns


def test_presets_set_rounds_precision_and_budget_and_set_wins(scenario_file: Write) -> None:
    file = scenario_file(budget="9m")
    minute_ns = 60_000_000_000
    fast, rigorous = preset(fast=True, rigorous=False), preset(fast=False, rigorous=True)
    assert settings(load(file, overrides=preset(fast=False, rigorous=False), environ={})) == (
        1,
        None,
        9 * minute_ns,
    )
    assert settings(load(file, overrides=fast, environ={})) == (3, 0.1, 2 * minute_ns)
    assert settings(load(file, overrides=rigorous, environ={})) == (10, 0.02, 60 * minute_ns)
    changed = load(file, overrides=(*rigorous, "budget=5m"), environ={})
    assert settings(changed) == (10, 0.02, 5 * minute_ns)


def test_presets_exclude_each_other(scenario_file: Write) -> None:
    with pytest.raises(Stop, match="exclude each other"):
        preset(fast=True, rigorous=True)
    done = CliRunner().invoke(app, ["run", str(scenario_file()), "--fast", "--rigorous"])
    assert isinstance(done.exception, Stop)
    assert done.exception.code == 2


def test_a_run_of_a_budget_does_what_was_sized(scenario_file: Write) -> None:
    file = scenario_file(budget="6s", job__pages=None, rounds=1)
    done = simulator(file.parent, "run", file, "--json", "-")
    assert done.returncode == 0, done.stderr
    for cell in json.loads(done.stdout)["cells"]:
        assert {r["measures"]["pages"] for r in cell["repetitions"]} == {cell["calibration"]["jobs"]}
        assert cell["calibration"]["jobs"] > 12
