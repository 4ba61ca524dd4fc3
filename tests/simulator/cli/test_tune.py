"""`simulator tune` as a person meets it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.cli import exits
from simulator.cli.run import verdict_of
from simulator.cli.tune import _verdict_of
from tests.conftest import tiny_text
from tests.simulator.analysis.builders import document
from tests.simulator.cli.started import simulator

Write = Callable[..., Path]


def pasted(text: str, folder: Path) -> Path:
    """Put the fragment that a report prints into a scenario."""
    after = text.split("to paste into a scenario\n")[1]
    fragment = [line.strip() for line in after.split("\n\n")[0].splitlines()]
    document = json.loads(tiny_text())
    for key in ("strategies", "in_flight", "parallelism"):
        del document[key]
    lines = [f"{key}: {json.dumps(value)}" for key, value in document.items()]
    path = folder / "pasted.yaml"
    path.write_text("\n".join([*lines, *fragment]), encoding="utf-8")
    return path


def test_a_search_ends_with_a_choice_that_can_be_pasted_and_is_kept(scenario_file: Write) -> None:
    file = scenario_file(
        strategies=["threads", {"name": "2 each", "base": "processes_per_core"}],
        in_flight=2,
        cases={
            "easy": {"job.parse_cost": "2ms"},
            "hard": {"job.parse_cost": "6ms", "server.latency": "20ms"},
        },
        expect=["throughput(threads, case=hard) > 0/s"],
    )
    folder = file.parent
    done = simulator(folder, "tune", file, "--case", "hard", "--budget", "8s", "--json", "out.json")
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("tiny: the best for throughput\n")
    said = " ".join(done.stdout.split())
    assert "Take " in said
    assert "of 5 candidates" in said

    kept = json.loads((folder / "out.json").read_text())
    tried = [cell for cell in kept["cells"] if cell["repetitions"]]
    assert {cell["factors"]["strategy"] for cell in tried} == {"sequential", "threads", "2 each"}
    assert len({cell["id"] for cell in kept["cells"]}) == 5
    assert kept["scenario"]["tune"] == {"goal": "throughput", "max_in_flight": 2, "grid": 5, "rounds": 1}
    assert kept["scenario"]["server"]["latency"] == "20ms", "the case's"
    assert kept["expectations"] == []
    assert sum(len(cell["repetitions"]) for cell in tried) <= 12

    assert simulator(folder, "validate", pasted(done.stdout, folder)).returncode == 0
    assert simulator(folder, "report", "last").stdout == done.stdout
    assert simulator(folder, "report", "out.json").stdout == done.stdout
    listed = simulator(folder, "runs")
    assert kept["id"] in listed.stdout
    assert "complete" in listed.stdout
    refused = simulator(folder, "run", file, "--resume", kept["id"])
    assert refused.returncode == 2
    assert "tune was" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--goal", "beauty", "--case", "a"),
            ["--goal beauty: there are throughput, ", ", p99, ", ", memory, cpu, "],
        ),
        ((), ["has 2 cases", "name one with --case: a, b"]),
        (("--case", "c"), ["--case c", "has no such case (there are: a, b)"]),
        (("--case", "a"), ["varies server.latency", "--set vary=null"]),
        (("--case", "a", "--set", "vary=null", "--json", "nowhere/out.json"), ["nowhere"]),
        (("--case", "a", "--set", "vary=null", "--budget", "soon"), ["budget", "soon"]),
        (("--case", "a", "--set", "vary=null", "--max-in-flight", "0"), ["max-in-flight"]),
    ],
)
def test_wrong_usage_names_the_remedy_and_exits_2(
    scenario_file: Write, arguments: tuple[str, ...], words: list[str]
) -> None:
    file = scenario_file(
        cases={"a": {"job.parse_cost": "5ms"}, "b": {"job.parse_cost": "9ms"}},
        vary={"server.latency": ["0ms", "2ms"]},
    )
    done = simulator(file.parent, "tune", file.name, *arguments)
    assert done.returncode == 2, (done.stdout, done.stderr)
    said = " ".join(done.stderr.split())
    for word in words:
        assert word in said
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_candidate_that_failed_is_a_line_and_nothing_valid_is_an_end() -> None:
    rates = {"sequential": [20.0] * 3, "threads": [100.0] * 3, "asyncio": [90.0] * 3}
    made = document(rates)
    broken = replace(made.cells[2], status="failed", reason="it fell over", repetitions=())
    some = replace(made, cells=(*made.cells[:2], broken))
    assert verdict_of(some) == exits.FAILED
    assert _verdict_of(some, "throughput") == exits.OK
    none = replace(made, cells=(broken,))
    assert _verdict_of(none, "throughput") == exits.FAILED
