"""`simulator tune` as a person meets it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator.cli.test_run import simulator

Write = Callable[..., Path]


def test_it_chooses_explains_and_gives_lines_that_run(scenario_file: Write) -> None:
    file = scenario_file(
        strategies=["threads", "asyncio"], in_flight=4, server__latency="20ms", rounds=2, job__pages=None
    )
    done = simulator("tune", file, "--budget", "20s", "--json", "out.json", folder=file.parent)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines()), done.stdout
    assert "tiny: the best for throughput" in done.stdout
    choice = re.search(r"Take (threads|asyncio) with (\d) in flight: [\d.]+ pages/s", done.stdout)
    assert choice is not None, done.stdout
    fragment = re.findall(r"^  (strategies: .*|in_flight: .*)$", done.stdout, re.MULTILINE)
    assert fragment == [f"strategies: [{choice[1]}]", f"in_flight: {choice[2]}"]
    settings = [word for line in fragment for word in ("--set", line.replace(": ", "=", 1))]
    checked = simulator("validate", file, *settings, "--set", "job.pages=9", folder=file.parent)
    assert "tiny.yaml: ok, 2 cells" in checked.stdout

    document = json.loads((file.parent / "out.json").read_text())
    assert document["scenario"]["tune"] == {"goal": "throughput", "max_in_flight": 4, "grid": 7, "rounds": 2}
    spent = sum(len(cell["repetitions"]) for cell in document["cells"])
    assert f"It took {spent} repetitions" in " ".join(done.stdout.split())
    assert spent <= 12
    assert simulator("report", "last", folder=file.parent).stdout == done.stdout
    assert simulator("report", "out.json", folder=file.parent).stdout == done.stdout


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ({}, ["--goal", "speed"], "--goal speed: there are throughput, p99, memory, cpu"),
        ({"cases": {"a": {"job.pages": 5}, "b": {"job.pages": 6}}}, [], "name one with --case: a, b"),
        ({"cases": {"a": {"job.pages": 5}}}, ["--case", "c"], "has no such case (there are: a)"),
        ({"vary": {"server.latency": ["0ms", "1ms"]}}, [], "give --set vary=null"),
        ({}, ["--budget", "5"], "5 has no unit"),
    ],
)
def test_what_cannot_be_searched_is_said(
    scenario_file: Write, changes: dict[str, object], arguments: list[str], words: str
) -> None:
    file = scenario_file(**changes)
    done = simulator("tune", file, *arguments, folder=file.parent)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_one_case_is_one_setting(scenario_file: Write) -> None:
    file = scenario_file(
        cases={"idle": {"job.parser": "spin", "job.parse_cost": "0ms"}, "busy": {"job.parse_cost": "5ms"}},
        in_flight=1,
    )
    done = simulator("tune", file, "--case", "idle", "--budget", "5s", folder=file.parent)
    assert done.returncode == 0, done.stderr
    assert "Take " in done.stdout
