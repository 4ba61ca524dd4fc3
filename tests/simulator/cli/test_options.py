"""Options of all commands together: one meaning for each name, flags that are shown as flags, examples that work."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

import mockserver.cli
from simulator.cli.app import app
from simulator.cli.old_spellings import RENAMED, WITH_A_PATH
from simulator.scenario.strategy import NAMES
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep

PROGRAM: Any = typer.main.get_command(app)
SERVER: Any = typer.main.get_command(mockserver.cli.app)
COMMANDS: dict[str, Any] = {
    **PROGRAM.commands,
    **{f"mockserver {name}": c for name, c in SERVER.commands.items()},
}


def options(command: Any) -> Iterator[Any]:
    for param in command.params:
        if param.param_type_name == "option" and not param.hidden:
            yield param


def meaning(param: Any) -> tuple[str, ...]:
    """What a person is told of it; whether it may be given again stands in some other place."""
    kind = str(param.type_descriptor.annotation)
    return (re.sub(r"list\[|\]|<class '|'>|\w+\.", "", kind), param.metavar or "", param.help or "")


def test_no_option_has_two_meanings() -> None:
    meanings: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for name, command in COMMANDS.items():
        for param in options(command):
            for spelled in (*param.opts, *param.secondary_opts):
                meanings.setdefault(spelled, {}).setdefault(meaning(param), []).append(name)
    assert {spelled: found for spelled, found in meanings.items() if len(found) > 1} == {}
    assert len(meanings["--json"].popitem()[1]) > 5, "the walk has seen the options of all commands"


def test_what_is_a_file_or_a_run_is_called_so_in_every_command() -> None:
    named = {
        name: [param.metavar for param in command.params if param.param_type_name == "argument"]
        for name, command in PROGRAM.commands.items()
    }
    assert named["run"] == named["tune"] == ["FILE"]
    assert named["validate"] == ["FILE…"]
    assert named["report"] == named["export"] == ["RUN"]


def test_old_spellings_are_no_options_and_new_ones_are() -> None:
    for (command, old), new in RENAMED.items():
        spelled = {one for param in options(COMMANDS[command]) for one in param.opts}
        assert old not in spelled
        assert new in spelled
    for command, option in WITH_A_PATH:
        assert option in {one for param in options(COMMANDS[command]) for one in param.opts}


@pytest.mark.parametrize("name", ["", *PROGRAM.commands])
def test_help_shows_flags_as_flags_and_options_in_groups(name: str, tmp_path: Path) -> None:
    done = simulator(tmp_path, *filter(None, (name, "--help")))
    assert done.returncode == 0
    assert "bool" not in done.stdout
    assert "range" not in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    alone = (
        [param.opts[0] for param in options(PROGRAM.commands[name]) if not param.rich_help_panel]
        if name
        else []
    )
    assert alone == []


EXAMPLES = [
    line.strip()
    for command in PROGRAM.commands.values()
    for line in (command.epilog or "").splitlines()
    if line.startswith("  ")
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_commands(example: str) -> None:
    program, name, *arguments = shlex.split(example.partition(" > ")[0])
    assert program == "simulator"
    assert len(example) + 2 <= 79, "it is copied from one line"
    PROGRAM.commands[name].make_context(name, arguments)


def test_every_command_has_an_example() -> None:
    assert {shlex.split(example)[1] for example in EXAMPLES} == set(PROGRAM.commands)


def completed(folder: Path, *words: str) -> list[str]:
    asked = {
        "_SIMULATOR_COMPLETE": "complete_bash",
        "COMP_WORDS": shlex.join(["simulator", *words]),
        "COMP_CWORD": str(len(words)),
        "SIMULATOR_STORE": str(folder / "results.sqlite"),
    }
    return simulator(folder, environ=asked).stdout.split()


def test_a_shell_completes_the_names_of_shipped_scenarios(tmp_path: Path) -> None:
    for command in ("run", "tune", "validate"):
        assert completed(tmp_path, command, "gil") == ["gil", "gil_releasing_parse"]


def test_a_shell_completes_what_means_a_run(tmp_path: Path) -> None:
    assert completed(tmp_path, "report", "") == [], "there is no database yet"
    older, newer = (run_of({"threads": [1.0, 1.0, 1.0]}, run_id=run_id) for run_id in ("a1", "b2"))
    keep(tmp_path, replace(older, header=replace(older.header, label="main")), newer)
    assert completed(tmp_path, "report", "") == ["a1", "b2", "last", "main"]
    assert completed(tmp_path, "compare", "main", "l") == ["last"]


COMPLETED = {"RUN", "SCENARIO|RUN", "FILE", "FILE…", "A", "B", "STATUS", "METRIC", "GOAL", "WHAT", "FORMAT"}
COMPLETED |= {"CLIENT", "PARSER", "TARGET"}
"""Metavars of what has names that the program knows; of `--case` and `--strategy` it is NAME, as of what is made up."""


def test_whatever_has_a_known_name_is_completed() -> None:
    missing = [
        (name, param.name)
        for name, command in PROGRAM.commands.items()
        for param in command.params
        if param.metavar in COMPLETED or param.name in {"case", "strategy", "kind"}
        if param._custom_shell_complete is None
        if (name, param.name)
        not in {("import", "file"), ("run", "server_ca"), ("tune", "server_ca")}  # files
    ]
    assert missing == []


def test_a_shell_completes_strategies_and_cases_of_the_scenario_in_the_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "name: mine\njob: {parser: json}\nstrategies: [threads, {name: uv, base: asyncio}]\n"
        "cases: {near: {server.latency: 1ms}, far: {server.latency: 100ms}}\n"
    )
    assert completed(tmp_path, "run", "mine.yaml", "--strategy", "") == ["threads", "uv"]
    assert completed(tmp_path, "predict", "mine.yaml", "--case", "f") == ["far"]
    assert completed(tmp_path, "tune", "mine.yaml", "--case", "n") == ["near"]
    assert completed(tmp_path, "run", "--strategy", "asyncio_to_i") == ["asyncio_to_interpreters"]
    (tmp_path / "mine.yaml").write_text("name: [")
    assert completed(tmp_path, "run", "mine.yaml", "--strategy", "proc") == [
        name for name in NAMES if name.startswith("proc")
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["compare", "--metric", "through"], ["throughput"]),
        (["tune", "--goal", "memo"], ["memory"]),
        (["runs", "--status", "i"], ["interrupted"]),
        (["export", "--format", "p"], ["parquet"]),
        (["export", "--what", "s"], ["samples"]),
        (["schema", "r"], ["result"]),
        (["check-client", "http."], ["http.client"]),
        (["probe", "html"], ["html.parser"]),
        (["import", "w"], ["warc"]),
    ],
    ids=str,
)
def test_a_shell_completes_names(words: list[str], names: list[str], tmp_path: Path) -> None:
    assert completed(tmp_path, *words) == names


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete --")]
)
def test_completion_is_written_for_each_shell(shell: str, mark: str, tmp_path: Path) -> None:
    shown = simulator(tmp_path, environ={"_SIMULATOR_COMPLETE": f"source_{shell}"})
    assert shown.returncode == 0
    assert mark in shown.stdout
