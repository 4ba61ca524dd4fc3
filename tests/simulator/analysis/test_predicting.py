"""What is predicted of the cells of a run, from what one of its jobs needs alone."""

from dataclasses import replace

import pytest

from simulator.analysis.loops import at_load
from simulator.analysis.predicting import predict, predicted
from simulator.analysis.situations import cells_in, situations
from simulator.model.demands import Demand, Demands
from simulator.model.shape import Machine, Shape
from simulator.result.calibration import Calibration
from simulator.result.document import ResultDocument
from simulator.result.needs import Needs, Request
from tests.simulator.analysis.builders import document
from tests.simulator.analysis.predictions import calibrated

DEMANDS = Demands(
    waits_s=(0.02,),
    client_held=Demand(0.0002),
    client_free=Demand(0.0001),
    parse_held=Demand(0.005),
    transport=Demand(0.0001),
    server=Demand(0.0001),
)
THREADS, LOOP = Shape("none", (8,), loop=False), Shape("none", (8,), loop=True)
PROCESSES = Shape("processes", (1,) * 8, loop=False)


def test_a_parse_under_the_gil_bounds_threads_and_a_loop_but_not_processes() -> None:
    threads, loop, processes = (predict(shape, DEMANDS, Machine(2)) for shape in (THREADS, LOOP, PROCESSES))
    assert (threads.bound_by, loop.bound_by) == ("the GIL", "one loop")
    assert threads.throughput_per_s.median == pytest.approx(190, rel=0.06)
    assert loop.throughput_per_s.median == pytest.approx(188, rel=0.03)
    assert processes.throughput_per_s.median > 1.3 * threads.throughput_per_s.median
    for one in (threads, loop, processes):
        band = one.throughput_per_s
        assert band.low < band.median < band.high
        assert one.bound_per_s is not None
        assert band.median <= one.bound_per_s * 1.01
        assert one.response_p50_s is not None
        assert one.response_p95_s is not None
        assert one.response_p50_s.median <= one.response_p95_s.median


def test_without_a_gil_threads_do_what_processes_do() -> None:
    free = Machine(2, gil=False)
    threads, processes = (predict(shape, DEMANDS, free) for shape in (THREADS, PROCESSES))
    assert threads.throughput_per_s.median == pytest.approx(processes.throughput_per_s.median, rel=0.03)


def test_the_last_of_few_jobs_have_fewer_beside_them() -> None:
    few = predict(PROCESSES, DEMANDS, Machine(2), jobs=24)
    endless = predict(PROCESSES, DEMANDS, Machine(2))
    assert few.throughput_per_s.median < endless.throughput_per_s.median


def test_of_very_many_in_flight_means_alone_are_told() -> None:
    many = predict(Shape("none", (100_000,), loop=True), DEMANDS, Machine(2))
    assert (many.by, many.response_p95_s) == ("means", None)
    assert many.throughput_per_s.median == pytest.approx(188, rel=0.03)


def test_shards_that_differ_by_a_job_are_predicted_too() -> None:
    uneven = Shape("processes", (4, 3), loop=True)
    found = predict(uneven, replace(DEMANDS, client_busy=0.5), Machine(2))
    even = predict(Shape("processes", (4, 4), loop=True), replace(DEMANDS, client_busy=0.5), Machine(2))
    assert found.throughput_per_s.median == pytest.approx(even.throughput_per_s.median, rel=0.2)


def test_where_too_few_jobs_may_be_simulated_means_are_told() -> None:
    assert predict(THREADS, DEMANDS, Machine(2), most=500).by == "simulation"
    few = predict(THREADS, DEMANDS, Machine(2), most=50)
    assert few.by == "means"
    assert few.throughput_per_s.median == pytest.approx(185, rel=0.1)


def test_a_busy_loop_shares_its_turns_among_those_that_are_ready() -> None:
    halved = replace(DEMANDS, parse_held=Demand(0.0), client_busy=0.5)
    alone_s = 0.0003
    idle = at_load(Shape("none", (1,), loop=True), halved, Machine(2))
    busy = at_load(Shape("none", (500,), loop=True), halved, Machine(2))
    assert idle.client_held.mean_s + idle.client_free.mean_s == pytest.approx(alone_s, rel=0.02)
    assert busy.client_held.mean_s + busy.client_free.mean_s == pytest.approx(alone_s / 2, rel=0.02)
    assert at_load(THREADS, halved, Machine(2)) is halved


def known(found: ResultDocument) -> ResultDocument:
    request = Request(0.0003, 0.02, 0.0006, 0.2, 2.0, None, 0.0001)
    needs = Needs({"blocking:http.client": request}, gil=True, held=None, over={})
    scenario = {
        "name": "known",
        "server": {"latency": "20ms"},
        "job": {
            "client": {"blocking": "http.client", "asyncio": "aiohttp"},
            "parser": "spin",
            "parse_cost": "5ms",
        },
        "strategies": ["threads"],
        "in_flight": 8,
    }
    found = replace(found, scenario=scenario, environment={"machine": {"usable_cores": 2}})
    ids = {cell.factors["strategy"]: cell.id for cell in cells_in(found).values()}
    cells = []
    for cell in found.cells:
        known = Calibration(needs=needs, parse_cpu_s=0.005)
        base = None if cell.baseline_id is None else ids["sequential"]
        cells.append(replace(cell, id=ids[cell.strategy], baseline_id=base, calibration=known))
    return replace(found, cells=tuple(cells))


def test_every_cell_of_a_run_whose_job_was_looked_at_is_predicted() -> None:
    found = known(document({"sequential": [38.0], "threads": [180.0]}))
    by_name = {cell.strategy: cell.predicted for cell in predicted(found).cells}
    threads, alone = by_name["threads"], by_name["sequential"]
    assert threads is not None
    assert alone is not None
    assert 1 < threads.throughput_per_s.median / alone.throughput_per_s.median < 8


def test_of_a_run_whose_jobs_were_not_looked_at_nothing_is_predicted() -> None:
    found = document({"sequential": [38.0], "threads": [180.0]})
    assert predicted(found) is found


def test_each_cell_is_predicted_with_the_cores_that_its_own_driver_is_bound_to() -> None:
    varied = calibrated(affinity={"driver": [0]}, vary={"affinity.driver": [[0], [0, 1]]})
    cores = {len(one.cell.affinity.driver or ()): one.machine.cores for one in situations(varied).values()}
    assert cores == {1: 1, 2: 2}
