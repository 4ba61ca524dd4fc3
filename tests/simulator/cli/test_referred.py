"""A scenario whose files or parser are not to be used is refused by every command, and nothing is stored."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator.cli.started import simulator

Write = Callable[..., Path]

COMMANDS = [("validate",), ("run",), ("run", "--dry-run"), ("tune",)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_parser_that_is_not_there_is_a_mistake_of_the_scenario(
    scenario_file: Write, command: tuple[str, ...]
) -> None:
    file = scenario_file(job__parser="shop.pages:prase")
    (file.parent / "shop").mkdir()
    (file.parent / "shop" / "pages.py").write_text("print('run')\ndef parse(body): return {}\n")
    done = simulator(file.parent, command[0], file, *command[1:])
    line = next(
        n for n, text in enumerate(file.read_text().splitlines(), start=1) if "shop.pages:prase" in text
    )
    where = f"{file}:{line}: job.parser: shop.pages has no 'prase' ({file.parent}/shop/pages.py)"
    assert done.returncode == 2
    assert f"{where}; did you mean parse?" in done.stderr
    assert done.stdout == ""
    assert not (file.parent / "results.sqlite").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_of_delays_that_holds_none_is_a_mistake_of_the_scenario(
    scenario_file: Write, command: tuple[str, ...]
) -> None:
    file = scenario_file(server__latency={"kind": "empirical", "file": "delays.txt"})
    (file.parent / "delays.txt").write_text("31ms\nelapsed\n")
    done = simulator(file.parent, command[0], file, *command[1:])
    assert done.returncode == 2
    assert f"{file}:" in done.stderr
    assert f"server.latency.file: latency file {file.parent}/delays.txt, line 2" in done.stderr
    assert not (file.parent / "results.sqlite").exists()


def test_each_place_that_names_the_parser_is_told(scenario_file: Write) -> None:
    file = scenario_file(
        vary={"job.parser": ["json", {"function": "shop:a"}, "shop:b"]}, cases={"one": {"in_flight": 2}}
    )
    (file.parent / "shop.py").write_text("def parse(body): return {}\n")
    done = simulator(file.parent, "validate", file)
    assert done.returncode == 2
    assert "vary.job.parser[1].function: shop has no 'a'" in done.stderr
    assert "vary.job.parser[2]: shop has no 'b'" in done.stderr


def test_a_search_names_the_line_of_its_case(scenario_file: Write) -> None:
    file = scenario_file(
        cases={"one": {"job.parser": "shop:prase"}, "two": {"job.parser": "json"}}, job__parser="spin"
    )
    (file.parent / "shop.py").write_text("def parse(body): return {}\n")
    done = simulator(file.parent, "tune", file, "--case", "one")
    assert done.returncode == 2
    assert "cases.one.job.parser: shop has no 'prase'" in done.stderr
