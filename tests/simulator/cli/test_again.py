"""The commands that are told: they measure the same again, and hold no secret."""

import shlex
from pathlib import Path

import pytest

from simulator.analysis.circumstances import cautions, differences
from simulator.cli.again import Given, going_on, reproducing
from simulator.result.document import from_json
from simulator.result.measured import measured_of
from tests.simulator.analysis.builders import document, planned, repetition, run
from tests.simulator.cli.started import simulator

GIVEN = Given(Path("my shop.yaml"), ("server.latency=20ms", "vary={a: [1, 2]}"), "~/venv/bin/python")


def test_a_command_names_what_decides_what_is_measured() -> None:
    words = shlex.split(reproducing(GIVEN, {}, more=("--turns",)))
    assert words == [
        *("simulator", "run", "my shop.yaml"),
        *("--set", "server.latency=20ms", "--set", "vary={a: [1, 2]}"),
        *("--python", "~/venv/bin/python", "--turns"),
    ]


def test_settings_from_variables_come_before_those_of_the_command_line() -> None:
    environ = {"SIMULATOR_JOB__PAGES": "9", "SIMULATOR_STORE": "/x", "SIMULATOR_PYTHON": "/y", "HOME": "/z"}
    words = shlex.split(reproducing(Given(Path("a.yaml"), ("seed=3",)), environ, "tune", ("--goal", "p99")))
    assert words == [
        *("simulator", "tune", "a.yaml"),
        *("--set", "job.pages=9", "--set", "seed=3", "--goal", "p99"),
    ]


@pytest.mark.parametrize("url", ["http://me:hush@127.0.0.1:80/x", "http://hush@127.0.0.1:80/x"])
def test_no_password_is_told(url: str) -> None:
    given = Given(Path("a.yaml"), (), server_url=url)
    for command in (reproducing(given, {"MOCKSERVER_TOKEN": "hush"}), going_on(given, "abc", None)):
        assert "http://127.0.0.1:80/x" in command
        assert "hush" not in command


def test_going_on_names_the_database_and_the_run() -> None:
    words = shlex.split(going_on(Given(Path("a.yaml"), ()), "abc", Path("r.sqlite")))
    assert words[1:] == ["run", "a.yaml", "--store", "r.sqlite", "--resume", "abc"]


def test_disturbed_rounds_that_are_taken_as_they_are_stay_so() -> None:
    given = Given(Path("a.yaml"), (), rerun=False)
    assert "--no-rerun" in shlex.split(reproducing(given, {}))
    assert "--no-rerun" in shlex.split(going_on(given, "abc", None))


def test_runs_by_different_commands_are_compared_all_the_same() -> None:
    done = [repetition("threads", round_, environment={"version": "3.13"}) for round_ in range(3)]
    first = run([planned("threads")], done)
    header = first.header
    other = type(first)(
        type(header)(**{**vars(header), "environment": {**header.environment, "command": "simulator run b"}}),
        *(getattr(first, name) for name in ("status", "calibrations", "repetitions", "samples")),
    )
    a, b = measured_of(first), measured_of(other)
    assert differences(a, b) == ()
    assert cautions(a, b) == ("A and B are the same run",)


@pytest.mark.scenario
def test_a_run_keeps_the_command_and_the_summary_shows_it(tmp_path: Path) -> None:
    (tmp_path / "little.yaml").write_text(
        "name: little\n"
        "server: {latency: 5ms, content: {kind: catalogue, count: 4, items: 2}}\n"
        "job: {client: http.client, parser: html.parser, pages: 8}\n"
        "strategies: [threads]\n"
        "in_flight: 2\n"
        "rounds: 1\n"
        "validity: {min_window: 0ms, min_jobs_per_slot: 0}\n"
    )
    done = simulator(tmp_path, "run", "little.yaml", "--set", "seed=5", "--markdown", "--json", "out.json")
    assert done.returncode in (0, 98), done.stderr  # 98: a machine too busy for valid numbers
    command = "simulator run little.yaml --set seed=5"
    assert from_json((tmp_path / "out.json").read_text()).environment["command"] == command
    assert done.stdout.startswith("**little: 1 round**\n")
    assert done.stdout.endswith(f"- Again: `{command}`\n")
    assert "measuring" not in done.stdout
    again = simulator(tmp_path, "report", "last", "--markdown")
    assert again.stdout == done.stdout


def test_a_document_without_a_command_is_one_still() -> None:
    assert "command" not in document({"threads": [1.0]}).environment
