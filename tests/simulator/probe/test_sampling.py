import sys
from pathlib import Path

import pytest

from simulator.probe.sampling import CannotLookError, count, explain, find_sampler, look

STACKS = """\
<module>;run;take_turns;probe_phase_target;call_for;parse 120
<module>;run;take_turns;probe_phase_target;call_for 5
<module>;run;take_turns;probe_phase_hold;call_for;hold 60
<module>;run;take_turns 2
torn name with (
"""


def test_samples_are_counted_by_phase_and_torn_lines_left_out() -> None:
    assert count(STACKS) == {"target": 125, "hold": 60}


def test_a_refusal_is_explained() -> None:
    assert "not allowed here" in explain(
        "Error: Permission Denied: Try running again with elevated permissions"
    )


def test_other_reasons_are_quoted() -> None:
    assert explain("Error: Failed to find python version from target process\nmore").endswith(
        "target process"
    )


@pytest.mark.skipif(find_sampler() is None, reason="py-spy is not installed")
def test_what_is_no_python_cannot_be_looked_at() -> None:
    with pytest.raises(CannotLookError):
        look(str(find_sampler()), 2**22 + 1, 1)


def test_a_sampler_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotLookError, match="cannot be started"):
        look(str(tmp_path / "py-spy"), 1, 1)


def test_a_sampler_that_writes_nothing_is_said() -> None:
    with pytest.raises(CannotLookError, match="cannot read this Python"):
        look(sys.executable, 1, 1)
