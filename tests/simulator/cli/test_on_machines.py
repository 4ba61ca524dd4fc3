"""`simulator run --on dask` as it is typed; the machines are played."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.cli import on_machines
from simulator.experiment import events
from simulator.spread import spread as spreading
from simulator.spread.order import Order
from simulator.spread.told import Ended, Told
from simulator.store import Store
from tests.simulator.cli.started import simulator
from tests.simulator.spread.farm import Farm, as_usual

ON = ["--on", "dask", "--scheduler", "tcp://127.0.0.1:8786"]
Write = Callable[..., Path]


@pytest.fixture
def farm(monkeypatch: pytest.MonkeyPatch) -> Farm:
    played = Farm(("a", "b"))
    monkeypatch.setattr(on_machines, "connected", lambda _: played.connected())
    monkeypatch.setattr(spreading, "TICK_S", 0.005)
    return played


@pytest.fixture
def two(scenario_file: Write) -> Path:
    """Return a scenario with two combinations."""
    return scenario_file(rounds=2, vary={"server.latency": ["1ms", "3ms"]})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "dask"], "--on dask: which cluster? Give --scheduler, as tcp://127.0.0.1:8786"),
        (["--scheduler", "tcp://h:1"], "--scheduler tcp://h:1: is of a cluster; add --on dask"),
        (["--on", "ray", "--scheduler", "tcp://h:1"], "--on ray: there is dask"),
        (["--on", "dask", "--scheduler", "h:1"], "--scheduler h:1: is no address"),
        ([*ON, "--turns"], "--on dask has no --turns; leave it out, or measure on one machine"),
        ([*ON, "--server", "http://127.0.0.1:1"], "--on dask has no --server"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path, two: Path, words: list[str], said: str) -> None:
    done = simulator(tmp_path, "run", two, *words)
    assert done.returncode == 2
    assert said in done.stderr.replace("\n", " ")


def test_nobody_there(tmp_path: Path, two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("simulator.spread.dask.CONNECT_S", 0.2)
    done = simulator(tmp_path, "run", two, "--on", "dask", "--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "--scheduler tcp://127.0.0.1:1: nobody answers there; start one" in done.stderr.replace("\n", " ")


def test_without_the_library_it_says_what_to_install(
    tmp_path: Path, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    done = simulator(tmp_path, "run", two, *ON)
    assert done.returncode == 2
    assert "pip install 'gil-simulator[dask]'" in done.stderr


def test_a_run_is_stored_and_shown_as_one(tmp_path: Path, two: Path, farm: Farm) -> None:
    done = simulator(tmp_path, "run", two, *ON, "--tables")
    assert done.returncode == 0, done.stderr
    assert "Measured on a and b, each combination whole on one of them" in " ".join(done.stdout.split())
    assert "measured on a" in done.stdout
    assert "measured on b" in done.stdout
    with Store.open(tmp_path / "results.sqlite") as store:
        run = store.load(store.find("last"))
    assert run.status == "complete"
    assert {r.environment["machine"]["name"] for r in run.repetitions} == {"a", "b"}
    assert run.header.environment["command"].endswith(f"--on dask --scheduler {ON[-1]}")
    assert farm.orders[0][1].machines == 2


def test_a_plan_says_who_would_measure_what(tmp_path: Path, two: Path, farm: Farm) -> None:
    done = simulator(tmp_path, "run", two, *ON, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "4 cells × 2 rounds in 2 combinations on 2 machines" in " ".join(done.stdout.split())
    assert "server.latency 1ms" in done.stdout
    assert not [order for _, order in farm.orders if order.cells]
    assert not (tmp_path / "results.sqlite").exists()


def test_a_run_that_fails_in_mid_run_is_kept_and_goes_on(tmp_path: Path, two: Path, farm: Farm) -> None:
    def refuses(machine: str, order: Order) -> Iterator[Told]:
        yield next(event for event in as_usual(machine, order) if isinstance(event, events.RepetitionJudged))
        yield Ended("refused", "it is tired")

    farm.script = refuses
    done = simulator(tmp_path, "run", two, *ON)
    assert done.returncode == 1
    assert "no machine is left that can measure" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    farm.script = as_usual
    again = simulator(tmp_path, "run", two, *ON, "--resume", "last")
    assert again.returncode == 0, again.stderr
    alone = simulator(tmp_path, "run", two, "--resume", "last")
    assert alone.returncode == 2


def test_a_worker_that_is_left_out_is_named(tmp_path: Path, two: Path, farm: Farm) -> None:
    farm.versions["b"] = "0.0.1"
    done = simulator(tmp_path, "run", two, *ON, "--dry-run")
    assert "left out: b has version 0.0.1 of gil-simulator" in done.stderr.replace("\n", " ")
    assert "on 1 machine," in " ".join(done.stdout.split())


def test_the_progress_of_machines_is_told(tmp_path: Path, two: Path, farm: Farm) -> None:
    assert farm.names
    done = simulator(tmp_path, "run", two, *ON, "--progress", "jsonl:events.jsonl")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "events.jsonl").read_text("utf-8").splitlines()
    assert sum('"unit_ended"' in line for line in lines) == 2
    assert any('"machine":"b"' in line and '"repetition_started"' in line for line in lines)
