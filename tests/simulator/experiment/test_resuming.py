"""Whether a run that goes on is the same experiment."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.experiment.design import Design, design
from simulator.experiment.resuming import NotTheSameError, resumed
from simulator.result.run import Run, RunHeader
from simulator.scenario.load import load_text
from tests.conftest import tiny_text


def designed(folder: Path, **changes: Any) -> Design:
    return design(load_text(tiny_text(**changes), "tiny.yaml", folder))


def left(header: RunHeader) -> Run:
    """What an interrupted run has left that has measured nothing."""
    return Run(header, "interrupted", {}, (), lambda _cell, _round: None)


def test_a_default_that_is_written_out_is_the_same_experiment(tmp_path: Path) -> None:
    earlier = left(designed(tmp_path).header)
    assert resumed(designed(tmp_path, job__switch_interval=None, seed=3), earlier).earlier is earlier
    assert resumed(designed(tmp_path, description="", job__parse_cost=None), earlier).earlier is earlier


def test_a_default_that_has_changed_since_is_another_experiment(tmp_path: Path) -> None:
    now = designed(tmp_path)
    then = {**(now.header.scenario_resolved or {}), "precision": "3%"}
    with pytest.raises(NotTheSameError, match="precision was '3%', and is None"):
        resumed(now, left(replace(now.header, scenario_resolved=then)))


def test_what_differs_is_named_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(NotTheSameError, match=r"(?m)^  server\.latency\.delay was '3ms', and is '4ms'$"):
        resumed(designed(tmp_path, server__latency="4ms"), left(designed(tmp_path).header))


def test_of_a_run_that_kept_no_defaults_what_was_written_is_compared(tmp_path: Path) -> None:
    old = left(replace(designed(tmp_path).header, scenario_resolved=None))
    assert resumed(designed(tmp_path), old).earlier is old
    with pytest.raises(NotTheSameError, match="description was None, and is ''"):
        resumed(designed(tmp_path, description=""), old)
