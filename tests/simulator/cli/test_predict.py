"""`simulator predict` from end to end: on a scenario, on a run, checked, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from simulator.analysis import predicting
from simulator.result.predictions import prediction_schema
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def few_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a tenth of the jobs: how well they are predicted is shown elsewhere."""
    monkeypatch.setattr(predicting, "FEWEST_JOBS", 100)
    monkeypatch.setattr(predicting, "TURNS", 4)


@pytest.mark.scenario
def test_a_scenario_is_predicted_without_being_measured(scenario_file: Write) -> None:
    file = scenario_file(strategies=["threads", "processes"], job__parser="spin", job__parse_cost="2ms")
    changes = ("--cores", "32", "--in-flight", "1000", "--runtime", "3.14t", "--latency", "30ms")
    done = simulator(
        file.parent, "predict", file, *changes, "--change", "parse releases the GIL", "--json", "out.json"
    )
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert said.startswith("tiny: predicted from one job alone, not measured")
    assert "Predicted: " in said
    assert "With 32 cores take " in said
    assert "With parse releases the GIL take " in said
    assert "processes with 1,000 in flight: 1,000 processes are more than 8 for each of" in said
    document = json.loads((file.parent / "out.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, prediction_schema())
    rates = {cell["factors"]["strategy"]: cell["predicted"]["throughput_per_s"] for cell in document["cells"]}
    assert set(rates) == {"sequential", "threads", "processes"}
    assert all(rate["low"] < rate["median"] < rate["high"] for rate in rates.values())
    # A request of 3 ms and a parse of 2: one job after the other cannot do more.
    assert 50 < rates["sequential"]["median"] < 200
    told = [answer["change"] for answer in document["changes"]]
    assert told[-2:] == ["parse releases the GIL", "all of it"]
    slower = next(answer for answer in document["changes"] if answer["change"] == "latency 30ms")
    assert slower["gains"][0]["ratio"] < 0.5
    assert {rule["rule"] for rule in document["rules"]} == {"goetz", "executor", "dask", "asyncio"}
    assert not (file.parent / "results.sqlite").exists()


@pytest.mark.scenario
def test_some_cells_are_measured_beside_it_and_the_run_is_kept(scenario_file: Write) -> None:
    file = scenario_file(expect=["throughput(threads) > 100000/s"])
    done = simulator(file.parent, "predict", file, "--check", "--json", "-")
    assert done.returncode == 0, done.stderr
    check = json.loads(done.stdout)["check"]
    assert (check["of"], len(check["cells"])) == (2, 2)
    assert all(0.1 < cell["of_predicted"] < 10 for cell in check["cells"])
    assert "Measured beside predicted" in done.stderr
    again = simulator(file.parent, "predict", check["run"], "--cores", "8")
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith(
        f"tiny: predicted from the calibration of run {check['run']}, not measured"
    )
    report = simulator(file.parent, "report", check["run"])
    assert "of predicted" in " ".join(report.stdout.split())


def test_a_run_without_what_predictions_rest_on_is_98_and_says_so(tmp_path: Path) -> None:
    keep(tmp_path, run_of({"sequential": [100.0] * 3, "threads": [200.0] * 3}, run_id="aaaa"))
    done = simulator(tmp_path, "predict", "aaaa")
    assert done.returncode == 98
    assert "Nothing can be predicted: what its job needs was not measured" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing",), "there is no results database"),
        (("missing.yaml",), "no such file"),
        (("quickstart", "--change", "pase * 2"), "--change 'pase * 2': nothing is called pase; did you mean"),
        (("quickstart", "--cores", "0"), "--cores 0: from 1 to 100,000 is allowed"),
        (("quickstart", "--runtime", "3.12"), "--set 'runtimes=[current, 3.12]' calibrates on it"),
        (("quickstart", "--latency", "soon"), "--latency: server.latency"),
        (("quickstart", "--case", "none"), "none"),
        (("last", "--check"), "last is taken for a run, and --check is for a scenario"),
        (("quickstart", "--json", "no/such/folder.json"), "there is no folder"),
    ],
)
def test_what_is_wrong_is_2_and_named(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = simulator(tmp_path, "predict", *arguments)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_schema_is_printed(tmp_path: Path) -> None:
    assert json.loads(simulator(tmp_path, "schema", "prediction").stdout) == prediction_schema()
