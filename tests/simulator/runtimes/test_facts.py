"""What an interpreter says of itself, and what becomes of one that says nothing."""

import sys
import sysconfig
from pathlib import Path

import pytest

from simulator.runner.stop import Stop, Stopped
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import ask, read
from tests.interpreters import interpreter


def script(folder: Path, text: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_this_python_is_what_it_says() -> None:
    found = ask(sys.executable)
    assert (found.implementation, found.language) == ("CPython", sys.version_info[:2])
    assert found.build == sys.version
    assert found.free_threaded is bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    assert found.own_environment is (sys.prefix != sys.base_prefix)
    assert not found.needs_portable_driver


@pytest.mark.parametrize(
    ("name", "implementation", "gil", "portable"),
    [
        ("3.13t", "CPython", False, False),
        ("3.14", "CPython", True, False),
        ("pypy3", "PyPy", True, True),
        ("jython", "Jython", False, True),
    ],
)
def test_other_pythons_are_told_apart(name: str, implementation: str, *, gil: bool, portable: bool) -> None:
    found = ask(interpreter(name))
    assert (found.implementation, found.gil_enabled) == (implementation, gil)
    if found.language < (3, 11):
        assert found.needs_portable_driver is portable


def test_what_never_answers_is_ended(tmp_path: Path) -> None:
    hangs = script(tmp_path, "sleep 60 & wait")
    with pytest.raises(RuntimeUnavailableError, match=r"did not say what it is within 0\.2 s"):
        ask(hangs, time_limit_s=0.2)


def test_nobody_waits_for_an_answer_that_is_not_wanted_any_more(tmp_path: Path) -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped):
        ask(script(tmp_path, "sleep 60 & wait"), stop)


def test_what_is_no_python_says_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailableError, match="does not answer as a Python does: no such thing"):
        ask(script(tmp_path, "echo no such thing >&2; exit 3"))
    with pytest.raises(RuntimeUnavailableError, match="cannot be started: No such file"):
        ask(str(tmp_path / "absent"))


def test_what_a_start_up_file_prints_is_no_answer() -> None:
    answer = (
        'simulator-facts:{"implementation": "PyPy", "version": "3.11.9", "language": [3, 11], "build": "b",'
        ' "free_threaded": false, "gil_enabled": true, "own_environment": false}'
    )
    found = read("pypy3", 0, f"hello\n{answer}\nbye\n", "")
    assert found.label == "PyPy 3.11.9"
    assert not found.needs_portable_driver
    with pytest.raises(RuntimeUnavailableError, match="exit code 0"):
        read("x", 0, "", "")
    with pytest.raises(RuntimeUnavailableError, match="as a Python does"):
        read("x", 0, 'simulator-facts:{"language": 3}', "")
