"""Options that say what is measured: over a file, or instead of one."""

import json
import shlex
from pathlib import Path

import pytest

from simulator.cli.again import Given, going_on, reproducing
from simulator.cli.asked import Asked, scenario_of
from simulator.scenario.cells import expand
from simulator.scenario.problem import ScenarioError
from tests.simulator.cli.started import simulator

LOOSE = "validity={min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "a.html").write_text("<title>A</title>")
    (tmp_path / "mypkg.py").write_text("def parse(body): return len(body)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_options_make_the_scenario_that_init_would_write(folder: Path) -> None:
    one_line = Asked("mypkg:parse", Path("saved"), "2s", 4)
    made, _ = scenario_of(None, one_line, (), {})
    options = ("--parser", "mypkg:parse", "--pages-from", "./saved", "--latency", "2s")
    assert simulator(folder, "init", "mine", *options).returncode == 0
    written, _ = scenario_of(Path("mine.yaml"), Asked(in_flight=4), (), {})
    assert made.name == "mypkg:parse"
    assert made.model_copy(update={"name": "mine"}).model_dump() == written.model_dump()
    assert made.time_limit_ns == written.time_limit_ns > 120e9
    assert made.source_dir == folder, "where its parser is looked for"


@pytest.mark.usefixtures("folder")
def test_over_a_file_they_win_and_a_mistake_names_the_option() -> None:
    changed = Asked(latency="7ms", in_flight=3, rounds=9, budget="3m", precision="4%", cases=("waiting",))
    made, left_out = scenario_of(Path("quickstart"), changed, ("rounds=2",), {"SIMULATOR_IN_FLIGHT": "2"})
    assert (made.in_flight, made.rounds, made.budget_ns, made.precision) == (3, 9, 180e9, 0.04)
    assert list(made.cases or ()) == ["waiting"]
    assert left_out == 0
    with pytest.raises(ScenarioError) as caught:
        scenario_of(Path("quickstart"), Asked(rounds=0, parser="lxm"), (), {})
    assert "--rounds: rounds: found 0" in str(caught.value)
    assert "--parser: job.parser: unknown parser lxm; did you mean lxml?" in str(caught.value)


@pytest.mark.usefixtures("folder")
def test_the_command_that_is_told_measures_the_same_again() -> None:
    asked = Asked(
        "mypkg:parse", Path("saved"), "7ms", 3, 4, "3m", "4%", (), ("threads",), ("p95(threads) < 1s",)
    )
    words = shlex.split(reproducing(Given(None, ("seed=3",), asked=asked), {}))
    assert words == [
        *("simulator", "run", "--set", "seed=3", "--parser", "mypkg:parse", "--pages-from", "saved"),
        *("--latency", "7ms", "--in-flight", "3", "--rounds", "4", "--budget", "3m", "--precision", "4%"),
        *("--strategy", "threads", "--expect", "p95(threads) < 1s"),
    ]
    assert shlex.split(going_on(Given(None, (), asked=asked), "abc", None))[-2:] == ["--resume", "abc"]
    made, _ = scenario_of(None, asked, (), {})
    assert {cell.factors["strategy"] for cell in expand(made, 2)} == {"sequential", "threads"}


def test_without_a_file_or_a_word_about_the_job_it_asks_which(tmp_path: Path) -> None:
    for command in ("run", "tune"):
        done = simulator(tmp_path, command)
        assert done.returncode == 2
        assert done.stderr.startswith(
            "simulator: which scenario? Name its file, or one that is shipped (article, "
        )


@pytest.mark.scenario
def test_an_experiment_in_one_line_runs_and_its_command_runs_again(folder: Path) -> None:
    options = ("--parser", "mypkg:parse", "--pages-from", "./saved", "--latency", "1ms", "--in-flight", "2")
    little = ("--rounds", "1", "--strategy", "threads", "--set", "job.pages=8", "--set", LOOSE)
    kept = ("--name", "first", "--note", "in one line", "--quiet")
    done = simulator(folder, "run", *options, *little, *kept, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert "repetitions" not in done.stderr
    (row,) = json.loads(simulator(folder, "runs", "--json", "-").stdout)
    assert (row["label"], row["note"]) == ("first", "in one line")
    command = json.loads(done.stdout)["environment"]["command"]
    assert shlex.split(command)[:2] == ["simulator", "run"]
    planned = simulator(folder, *shlex.split(command)[1:], "--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout.count("threads") == 1
