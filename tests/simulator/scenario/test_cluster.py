"""How many workers of how many threads a cluster has."""

from pathlib import Path
from typing import Any

import pytest

from simulator.scenario.cells import expand
from simulator.scenario.cluster import Cluster, cluster, split
from simulator.scenario.load import load_text
from simulator.scenario.problem import ScenarioError
from simulator.scenario.strategy_plan import StrategyPlan
from tests.conftest import tiny_cells, tiny_text


def plan(folder: Path, in_flight: int = 8, **options: Any) -> StrategyPlan:
    return tiny_cells(folder, strategies=[{"name": "mine", "base": "dask", **options}], in_flight=in_flight)[
        "mine"
    ].plan


@pytest.mark.parametrize(
    ("tasks", "processes", "threads"),
    [(1, 1, 1), (4, 4, 1), (5, 5, 1), (8, 4, 2), (16, 4, 4), (32, 8, 4), (64, 8, 8)],
)
def test_by_default_it_is_split_as_dask_does(tasks: int, processes: int, threads: int) -> None:
    assert split(tasks) == (processes, threads)
    nprocesses = pytest.importorskip("distributed.deploy.utils").nprocesses_nthreads
    assert nprocesses(tasks) == (processes, threads)


def test_what_is_left_out_is_enough_for_all_in_flight() -> None:
    assert cluster(3, None, None, 8) == Cluster(3, 3)
    assert cluster(None, 4, None, 8) == Cluster(2, 4)
    assert cluster(None, 16, None, 8) == Cluster(1, 16)
    assert cluster(None, None, "tcp://127.0.0.1:8786", 8) == Cluster(0, 0, "tcp://127.0.0.1:8786")


def test_a_batch_multiplies_what_is_in_flight(tmp_path: Path) -> None:
    found = plan(tmp_path, workers=2, threads=4, batch=10)
    assert (found.in_flight, found.marked, found.chunk, found.processes) == (80, True, 10, 2)
    assert found.fetch.widths == (40, 40)
    found = plan(tmp_path)
    assert (found.in_flight, found.marked, found.chunk, found.processes) == (8, False, 1, 4)


def test_a_cluster_that_runs_is_elsewhere(tmp_path: Path) -> None:
    found = plan(tmp_path, scheduler="tcp://127.0.0.1:8786")
    assert (found.elsewhere, found.processes, found.in_flight) == (True, 0, 8)
    assert not plan(tmp_path).elsewhere


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"base": "threads", "workers": 2}, "found 2; workers is an option of dask; remove it"),
        ({"base": "processes", "batch": 2}, "found 2; batch is an option of dask; remove it"),
        ({"base": "dask", "chunk": 2}, "chunk is an option of process_pool, multiprocessing_pool, joblib"),
        ({"base": "dask", "start_method": "spawn"}, "dask starts its processes in its own way; remove it"),
        (
            {"base": "dask", "workers": 2, "scheduler": "tcp://127.0.0.1:8786"},
            "a cluster that runs has its own workers and threads; remove these, or scheduler",
        ),
        ({"base": "dask", "scheduler": "127.0.0.1"}, "scheduler"),
        ({"base": "dask", "workers": 0}, "a whole number from 1 to 1000, or cores, is allowed"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: Any, expected: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as error:
        load_text(tiny_text(strategies=[{"name": "mine", **options}]), "tiny.yaml", tmp_path)
    assert expected in str(error.value)


def test_too_many_workers_are_unsupported(tmp_path: Path) -> None:
    text = tiny_text(strategies=[{"name": "mine", "base": "dask", "workers": 20, "threads": 1}])
    *_, cell = expand(load_text(text, "tiny.yaml", tmp_path), 2)
    assert cell.unsupported is not None
    assert "20 processes are more than" in cell.unsupported


@pytest.mark.parametrize("changes", [{"job__ramp": "1s"}, {"job__retries": {"hold_slot": False}}])
def test_what_no_executor_can_do_it_cannot_do_either(changes: Any, tmp_path: Path) -> None:
    assert tiny_cells(tmp_path, strategies=["dask"], **changes)["dask"].unsupported is not None


def test_batches_are_of_jobs_that_are_there(tmp_path: Path) -> None:
    made = tiny_cells(
        tmp_path, strategies=[{"name": "mine", "base": "dask", "batch": 2}], arrivals={"rate": "10/s"}
    )
    told = made["mine"].unsupported
    assert told is not None
    assert "write batch: 1, or remove arrivals" in told
