"""From what a scenario writes to an interpreter, or to what was looked for and where."""

from pathlib import Path

import pytest

from simulator.runtimes.location import Located, Places, is_path, locate_all
from simulator.scenario.runtimes import Runtime


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def locate(folder: Path, written: str, *, requirements: tuple[str, ...] = ()) -> Located | str:
    runtime = Runtime.model_validate({"python": written, "with": requirements})
    here, missing = locate_all([runtime], Places("/the/current", folder / "scenario", str(folder / "bin")))
    return here.get(written) or missing[written]


def python_of(found: Located | str) -> str:
    assert isinstance(found, Located), found
    return found.python


def test_current_is_the_interpreter_that_was_named(tmp_path: Path) -> None:
    assert locate(tmp_path, "current") == Located("current", "/the/current", (), current=True)


@pytest.mark.parametrize(
    ("written", "command"), [("3.13t", "python3.13t"), ("3.14", "python3.14"), ("pypy3", "pypy3")]
)
def test_a_version_and_a_command_are_looked_for_on_path(tmp_path: Path, written: str, command: str) -> None:
    assert locate(tmp_path, written) == (
        f"runtime {written} is not here: no command {command} on PATH; install it, or give its path"
    )
    there = program(tmp_path / "bin" / command)
    assert python_of(locate(tmp_path, written)) == str(there)


@pytest.mark.parametrize("written", ["./env", ".env", "env"])
def test_a_folder_beside_the_scenario_is_a_virtual_environment(tmp_path: Path, written: str) -> None:
    folder = tmp_path / "scenario" / written
    there = program(folder / "bin" / "python")
    assert python_of(locate(tmp_path, written)) == str(there)
    there.unlink()
    assert "is no virtual environment" in str(locate(tmp_path, written))


def test_a_link_is_not_followed_since_an_environment_is_known_by_it(tmp_path: Path) -> None:
    real = program(tmp_path / "real")
    link = tmp_path / "scenario" / "env" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    assert python_of(locate(tmp_path, "./env")) == str(link)


def test_a_path_that_is_no_program_says_why(tmp_path: Path) -> None:
    assert str(locate(tmp_path, "./python")).endswith("scenario/python does not exist")
    program(tmp_path / "scenario" / "python").chmod(0o644)
    assert str(locate(tmp_path, "./python")).endswith("scenario/python is not executable")


def test_a_required_project_is_beside_the_scenario(tmp_path: Path) -> None:
    found = locate(tmp_path, "current", requirements=(".", "../lib", "httpx>=0.28"))
    assert isinstance(found, Located)
    assert found.requirements == (str(tmp_path / "scenario"), str(tmp_path / "lib"), "httpx>=0.28")
    assert [is_path(text) for text in found.requirements] == [True, True, False]
