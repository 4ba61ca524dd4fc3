"""What is said where an executor cannot be had."""

import sys

import pytest

from simulator.driver.shared.failure import Failure
from simulator.driver.strategies.executors import EXECUTORS
from simulator.driver.strategies.executors.joblib_parallel import JoblibParallel
from simulator.driver.strategies.shards import open_shard
from simulator.scenario.dispatch import EXECUTORS as LISTED
from tests.simulator.driver.jobs import JOB, spec


def test_the_driver_has_every_executor_that_a_scenario_may_name() -> None:
    assert list(EXECUTORS) == list(LISTED)
    with pytest.raises(Failure, match="knows no executor telepathy"):
        open_shard(spec(None, strategy={**JOB["strategy"], "dispatch": "telepathy"}))


def test_without_joblib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(Failure) as failure:
        JoblibParallel(spec(None, output="/tmp/none"), 2)  # noqa: S108 - nothing is written
    assert failure.value.status == "unsupported"
    assert f"joblib cannot be imported by {sys.executable}" in failure.value.reason
    assert "install joblib there" in failure.value.reason


def test_where_joblib_runs_one_after_another_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("joblib")
    monkeypatch.setattr("joblib.effective_n_jobs", lambda _: 1)
    with pytest.raises(Failure) as failure:
        JoblibParallel(spec(None, output="/tmp/none"), 2)  # noqa: S108 - nothing is written
    assert failure.value.status == "unsupported"
    assert "joblib runs 1 instead of 2 processes here" in failure.value.reason
