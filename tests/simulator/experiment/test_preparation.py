"""From cells to repetitions that can be run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.experiment.preparation import check_memory, check_picklable, prepare, resized, work_of
from simulator.result.calibration import Calibration
from simulator.runner.calibrate import Preflights
from simulator.runner.driver_process import DriverError
from simulator.runner.job import Amount
from simulator.runner.servers import Servers
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text
from simulator.schedule.sizing import BudgetError
from tests.conftest import tiny_cells, tiny_text


def calibrated(**changes: Any) -> Calibration:
    known = Calibration(
        parse_cpu_s=0.002,
        repeats=3,
        extra_fraction=0.5,
        client_cpu_s={"blocking:http.client": 0.0004, "asyncio:aiohttp": 0.0006},
        start_s=0.1,
    )
    return replace(known, **changes)


@pytest.mark.parametrize(
    ("parser", "releasing"),
    [
        ("sha256", True),
        ("lxml", True),
        ("selectolax", True),
        ("html.parser", False),
        ("spin", False),
        ("mine:parse", None),
    ],
)
def test_whether_a_parser_lets_other_threads_run_is_known_of_the_built_in_ones(
    tmp_path: Path, parser: str, *, releasing: bool | None
) -> None:
    cells = tiny_cells(tmp_path, job__parser=parser, job__parse_cost="5ms" if parser == "spin" else None)
    assert work_of(cells["threads"], calibrated(), 2).releasing is releasing


def test_work_is_of_one_job_with_its_client_its_parses_and_its_waiting(tmp_path: Path) -> None:
    cells = tiny_cells(tmp_path, strategies=["threads", "asyncio", "processes"])
    threads, loop, processes = (
        work_of(cells[name], calibrated(), 2) for name in ("threads", "asyncio", "processes")
    )
    assert threads.parse_cpu_s == pytest.approx(0.007), "three parses and half of a fourth"
    assert threads.wait_s == pytest.approx(0.003)
    assert (threads.client_cpu_s, loop.client_cpu_s) == (0.0004, 0.0006)
    assert (threads.loop, loop.loop) == (False, True)
    assert (threads.processes, processes.processes) == (0, 3)
    assert (threads.in_flight, threads.cores, threads.warmup) == (3, 2, 1)
    assert threads.group == loop.group == processes.group != ""
    assert work_of(cells["sequential"], calibrated(), 2).group == ""


def test_a_parser_that_reaches_any_cost_takes_its_units(tmp_path: Path) -> None:
    cell = tiny_cells(tmp_path, job__parser="spin", job__parse_cost="5ms")["threads"]
    found = work_of(cell, calibrated(parse_cpu_s=None, units=500, units_per_s=100_000.0), 2)
    assert found.parse_cpu_s == pytest.approx(0.005)
    nothing = work_of(cell, calibrated(parse_cpu_s=None, units=0, units_per_s=100_000.0), 2)
    assert nothing.parse_cpu_s == 0.0
    assert work_of(cell, calibrated(parse_cpu_s=None), 2).parse_cpu_s == 0.0, "raises on every page"


@pytest.mark.parametrize(
    ("server", "per_s"),
    [
        ({}, None),
        ({"capacity": 4}, 200.0),
        ({"rate_limit": "50/s"}, 50.0),
        ({"capacity": 4, "rate_limit": "50/s"}, 50.0),
        ({"capacity": 4, "latency": "0ms"}, None),
    ],
)
def test_a_server_with_a_limit_bounds_it(tmp_path: Path, server: dict[str, Any], per_s: float | None) -> None:
    cell = tiny_cells(tmp_path, server={"latency": "20ms", **server})["threads"]
    assert work_of(cell, calibrated(), 2).let_in_per_s == per_s


def test_open_arrivals_and_bound_cores_limit_it(tmp_path: Path) -> None:
    arrivals = {"process": "constant", "rate": "50/s"}
    cell = tiny_cells(tmp_path, arrivals=arrivals, affinity={"driver": [0]})["threads"]
    found = work_of(cell, calibrated(), 2)
    assert found.rate_per_s == 50.0
    assert found.cores == 1


def test_a_ramp_is_for_those_with_several_in_flight_and_a_budget_pays_for_it(
    tmp_path: Path, servers: Servers
) -> None:
    cells, sized = known_and_prepared(tmp_path, servers, None, budget="30s", job__pages=None, job__ramp="2s")
    found = {str(cell.factors["strategy"]): work_of(cell, calibrated(), 2).ramp_s for cell in cells}
    assert (found["sequential"], found["threads"]) == (0.0, 2.0)
    assert sum(ready.size.total_s for ready in sized.ready.values()) <= 30


def known_and_prepared(
    tmp_path: Path, servers: Servers, jobs: int | None, **changes: Any
) -> tuple[list[Cell], Any]:
    scenario = load_text(tiny_text(**changes), "tiny.yaml", tmp_path)
    cells = list(expand(scenario, 2))
    stored = calibrated() if jobs is None else calibrated(jobs=jobs)
    # Where everything is known no interpreter is started: this one could not be.
    preflights = Preflights(servers, "/no/such/python", import_path=(), time_limit_s=1.0, seed=0)
    return cells, prepare(
        scenario, cells, preflights, cores=2, memory_limit_bytes=None, known={c.id: stored for c in cells}
    )


@pytest.mark.parametrize("budget", [None, "1s", "5m"])
def test_what_was_stored_is_taken_again_whatever_the_budget(
    tmp_path: Path, servers: Servers, budget: str | None
) -> None:
    cells, prepared = known_and_prepared(tmp_path, servers, 77, budget=budget, rounds=50)
    assert list(prepared.ready) == [cell.id for cell in cells]
    for ready in prepared.ready.values():
        assert ready.size.pages == ready.cell.job.pages == ready.calibration.jobs == 77
        assert ready.amount == Amount(3, 0.5, None)
    assert prepared.broken == ()


def test_a_budget_sizes_jobs_and_without_one_they_are_as_written(tmp_path: Path, servers: Servers) -> None:
    _, written = known_and_prepared(tmp_path, servers, None)
    assert {ready.cell.job.pages for ready in written.ready.values()} == {12}
    cells, sized = known_and_prepared(tmp_path, servers, None, budget="30s", job__pages=None, rounds=3)
    jobs = {str(r.cell.factors["strategy"]): r.cell.job.pages for r in sized.ready.values()}
    assert jobs["threads"] is not None
    assert jobs["threads"] > 12
    took_s = 3 * sum(ready.size.total_s for ready in sized.ready.values())
    assert 20 < took_s <= 30
    assert len(sized.ready) == len(cells)


def test_a_budget_that_is_too_short_says_what_to_change(tmp_path: Path, servers: Servers) -> None:
    with pytest.raises(BudgetError, match="raise budget, or lower rounds"):
        known_and_prepared(tmp_path, servers, None, budget="1s", rounds=9)


def test_a_fixed_duration_has_no_number_of_jobs(tmp_path: Path, servers: Servers) -> None:
    _, prepared = known_and_prepared(
        tmp_path, servers, None, job__pages=None, job__duration="2s", budget="1m"
    )
    for ready in prepared.ready.values():
        assert ready.size.pages is None
        assert ready.size.window_s == pytest.approx(2, abs=0.1)
        assert resized(ready.cell, None) is ready.cell


def test_processes_that_take_more_than_half_of_the_memory_are_refused(tmp_path: Path) -> None:
    cells = tiny_cells(tmp_path, strategies=["threads", "processes"])
    megabytes = 1_000_000
    check_memory(cells["processes"], 50 * megabytes, 300 * megabytes)
    with pytest.raises(DriverError, match=r"3 processes of about 50 MB .* to 2 or less") as refused:
        check_memory(cells["processes"], 50 * megabytes, 299 * megabytes)
    assert refused.value.status == "unsupported"
    check_memory(cells["threads"], 50 * megabytes, 10 * megabytes)
    check_memory(cells["processes"], None, 10 * megabytes)
    check_memory(cells["processes"], 50 * megabytes, None)


def test_a_record_that_cannot_be_pickled_is_refused_for_processes_alone(tmp_path: Path) -> None:
    cells = tiny_cells(tmp_path, strategies=["threads", "processes"])
    check_picklable(cells["threads"], "a lambda")
    check_picklable(cells["processes"], None)
    with pytest.raises(DriverError, match="a lambda; return plain data") as refused:
        check_picklable(cells["processes"], "a lambda")
    assert refused.value.status == "failed"
