import sys
from pathlib import Path

import pytest

from simulator.probe.py_spy import PySpy, count, find, innermost
from simulator.probe.sampling import CannotLookError, Function, explain
from simulator.runner.driver_process import DRIVER

STACKS = """\
<module>;run;take_turns;probe_phase_target;call_for;parse 120
<module>;run;take_turns;probe_phase_target;call_for 5
<module>;run;take_turns;probe_phase_hold;call_for;hold 60
<module>;run;take_turns 2
torn name with (
"""


def test_samples_are_counted_by_phase_and_torn_lines_left_out() -> None:
    assert count(STACKS) == {"target": 125, "hold": 60}


OF_THE_TARGET = f"""\
<module> ({DRIVER}/__main__.py:1);probe_phase_target ({DRIVER}/probe/controls.py:40);call_for ({DRIVER}/probe/working.py:27);parse (/home/me (you)/mine.py:3);raw_decode (/lib/python3.11/json/decoder.py:343) 120
<module> ({DRIVER}/__main__.py:1);probe_phase_target ({DRIVER}/probe/controls.py:40);call_for ({DRIVER}/probe/working.py:27);parse (/home/me (you)/mine.py:3) 30
<module> ({DRIVER}/__main__.py:1);probe_phase_target ({DRIVER}/probe/controls.py:40);<lambda> ({DRIVER}/probe/target.py:30) 7
<module> ({DRIVER}/__main__.py:1);probe_phase_hold ({DRIVER}/probe/controls.py:50);hold ({DRIVER}/probe/controls.py:20) 60
<module> ({DRIVER}/__main__.py:1);probe_phase_target ({DRIVER}/probe/controls.py:40);torn name with ( 3
"""  # noqa: E501 - as py-spy writes them


def test_the_innermost_function_has_the_sample_and_what_only_calls_is_the_target_itself() -> None:
    assert innermost(OF_THE_TARGET) == {
        Function("raw_decode", "/lib/python3.11/json/decoder.py", 343): 120,
        Function("parse", "/home/me (you)/mine.py", 3): 30,
        None: 7,
    }


def test_a_refusal_is_explained() -> None:
    assert "not allowed here" in explain(
        "Error: Permission Denied: Try running again with elevated permissions", "py-spy"
    )


def test_other_reasons_are_quoted() -> None:
    assert explain("Error: Failed to find python version from target process\nmore", "py-spy").endswith(
        "target process"
    )


@pytest.mark.skipif(find() is None, reason="py-spy is not installed")
def test_what_is_no_python_cannot_be_looked_at() -> None:
    with pytest.raises(CannotLookError):
        find().look(2**22 + 1, 1)  # type: ignore[union-attr]


def test_a_sampler_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotLookError, match="cannot be started"):
        PySpy(str(tmp_path / "py-spy")).look(1, 1)


def test_a_sampler_that_writes_nothing_is_said() -> None:
    with pytest.raises(CannotLookError, match="cannot read this Python"):
        PySpy(sys.executable).look(1, 1)
