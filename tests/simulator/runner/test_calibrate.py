"""Calibration on several Pythons: one of them says how much parsing a job is."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.experiment.looks import ways
from simulator.experiment.preparation import prepare
from simulator.runner.calibrate import Preflights
from simulator.runner.driver_process import DRIVER, DriverError
from simulator.runner.job import Looks
from simulator.runner.servers import Servers
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_text


def test_the_first_runtime_that_can_run_the_job_calibrates_it_for_all(
    tmp_path: Path, servers: Servers
) -> None:
    scenario = load_text(
        tiny_text(runtimes=["broken", "first", "second"], job__parse_cost="5ms"), "tiny.yaml", tmp_path
    )
    (tmp_path / "second").symlink_to(sys.executable)

    def launch(cell: Cell) -> tuple[str, Path]:
        if cell.runtime == "broken":
            raise DriverError("unsupported", "no wheel")
        # Two paths of one interpreter: each is calibrated by itself, and measures a little differently.
        return (sys.executable if cell.runtime == "first" else str(tmp_path / "second")), DRIVER

    preflights = Preflights(
        servers,
        "",
        import_path=(),
        time_limit_s=60,
        seed=3,
        launch_of=launch,
        references=("broken", "first", "second"),
    )
    cells = expand(scenario, 2)
    told: list[Cell] = []
    prepared = prepare(
        scenario, cells, preflights, cores=2, memory_limit_bytes=None, known={}, tell=told.append
    )
    assert {(broken.status, broken.reason) for broken in prepared.broken} == {("unsupported", "no wheel")}
    assert len(prepared.broken) == 2
    assert len({ready.amount for ready in prepared.ready.values()}) == 1
    own = {ready.cell.runtime: ready.calibration.parse_cpu_s for ready in prepared.ready.values()}
    assert own["first"] != own["second"], "what a parse costs is each one's own"
    assert "second" in {cell.runtime for cell in told}

    alone = next(cell for cell in cells if cell.runtime == "broken")
    with pytest.raises(DriverError, match="no wheel"):
        preflights.found_for(alone)
    assert preflights.reference(alone) == preflights.found_for(replace(alone, runtime="first"))


def test_what_predictions_rest_on_is_measured_where_it_is_asked_for(tmp_path: Path, servers: Servers) -> None:
    text = tiny_text(
        strategies=["threads", "asyncio", "processes", "asyncio_to_threads", "asyncio_to_processes"]
    )
    cells = expand(load_text(text, "tiny.yaml", tmp_path), 2)
    ways_of_all = {way for cell in cells for way in ways(cell.plan)}
    preflights = Preflights(
        servers, sys.executable, import_path=(), time_limit_s=60, seed=3, looks=Looks(needs=ways_of_all)
    )
    needs = preflights.found_for(cells[0]).needs
    assert needs is not None
    assert set(needs.requests) == {"blocking:http.client", "asyncio:aiohttp"}
    for name, request in needs.requests.items():
        assert 0 < request.cpu_s <= request.wall_s
        assert request.kernel is None or 0 <= request.kernel <= 1
        assert (request.wide_s is not None) == name.startswith("asyncio")
        assert request.server_s is None or request.server_s > 0
    assert set(needs.over) == {"shards:processes", "pool:threads", "pool:processes"}
    assert all(over.main_s > 0 for over in needs.over.values())
    assert needs.over["pool:threads"].worker_s == 0, "it is all in one process"
    assert needs.gil
    assert needs.held == 1, "of this parser it is known"


def test_a_preflight_that_is_asked_for_nothing_more_measures_no_more(
    tmp_path: Path, servers: Servers
) -> None:
    cells = expand(load_text(tiny_text(), "tiny.yaml", tmp_path), 2)
    preflights = Preflights(servers, sys.executable, import_path=(), time_limit_s=60, seed=3)
    assert preflights.found_for(cells[0]).needs is None
