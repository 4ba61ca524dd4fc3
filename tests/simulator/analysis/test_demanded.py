"""From what was measured of a job alone to what a model has to know."""

from dataclasses import replace
from math import hypot
from pathlib import Path

import pytest

from simulator.analysis.demanded import HARNESS_S, USUAL_ERROR, demands_of, machine_of, shape_of, waits_s
from simulator.model.demands import Demands
from simulator.result.calibration import Calibration
from simulator.result.document import CellResult
from simulator.result.needs import Needs, Over, Request
from simulator.result.repetition import Arrivals, Phase, ServerMeasures
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_text
from tests.simulator.analysis.builders import document

BLOCKING = Request(
    cpu_s=0.0004, error=0.02, wall_s=0.0007, kernel=0.25, drops=2.0, wide_s=None, server_s=0.0002
)
LOOP = Request(cpu_s=0.0003, error=0.02, wall_s=0.0006, kernel=0.5, drops=2.0, wide_s=0.0002, server_s=0.0001)
NEEDS = Needs(
    {"blocking:http.client": BLOCKING, "asyncio:aiohttp": LOOP},
    over={"shards:processes": Over(0.0001, 0.0002), "pool:threads": Over(0.0003, 0.0)},
    gil=True,
    held=0.5,
)
CALIBRATION = Calibration(parse_cpu_s=0.004, needs=NEEDS)


def planned(name: str, **changes: object) -> Cell:
    text = tiny_text(strategies=[name], in_flight=4, **changes)
    return next(
        cell
        for cell in expand(load_text(text, "tiny.yaml", Path.cwd()), 2)
        if cell.factors["strategy"] == name
    )


def of(name: str, **changes: object) -> Demands:
    found = demands_of(planned(name, **changes), CALIBRATION)
    assert found is not None
    return found


def test_a_request_is_under_the_gil_but_for_what_the_kernel_does() -> None:
    found = of("threads")
    assert found.client_held.mean_s == pytest.approx(0.0003 + HARNESS_S)
    assert found.client_free.mean_s == pytest.approx(0.0001)
    assert found.transport.mean_s == pytest.approx(0.0001), "neither its CPU nor the server's"
    assert (found.drops, found.server.mean_s) == (2.0, 0.0002)


def test_of_a_built_in_parser_it_is_known_how_much_it_holds_the_gil_else_it_was_looked_at() -> None:
    assert of("threads", job__parser="html.parser").parse_free.mean_s == 0
    mixed = of("threads", job__parser={"function": "mine:parse"})
    assert (mixed.parse_held.mean_s, mixed.parse_free.mean_s) == pytest.approx((0.002, 0.002))
    assert mixed.parse_drops >= 1


def test_what_was_measured_several_times_has_its_own_error() -> None:
    request = replace(BLOCKING, wall_error=0.01)
    needs = replace(
        NEEDS, requests={"blocking:http.client": request}, parse_error=0.03, held=0.8, held_error=0.04
    )
    cell = planned("threads", job__parser={"function": "mine:parse"})
    found = demands_of(cell, replace(CALIBRATION, needs=needs))
    assert found is not None
    assert found.client_held.error == 0.02
    assert found.transport.error == pytest.approx(0.01 * 0.0007 / 0.0001), "a small part of what was timed"
    assert found.parse_held.error == pytest.approx(hypot(0.03, 0.04 / 0.8))
    assert found.parse_free.error == pytest.approx(hypot(0.03, 0.04 / 0.2))
    assert found.server.error == USUAL_ERROR


@pytest.mark.parametrize(
    ("name", "main_s", "worker_s"),
    [("threads", 0, 0), ("processes", 0.0001, 0.0002), ("asyncio_to_threads", 0.0003, 0)],
)
def test_a_job_is_handed_over_where_its_strategy_does_so(name: str, main_s: float, worker_s: float) -> None:
    found = of(name)
    assert (found.over_main.mean_s, found.over_worker.mean_s) == (main_s, worker_s)


def test_nothing_is_known_of_a_job_whose_request_was_not_looked_at() -> None:
    assert demands_of(planned("threads"), replace(CALIBRATION, needs=None)) is None
    without = replace(CALIBRATION, needs=replace(NEEDS, requests={"asyncio:aiohttp": LOOP}))
    assert demands_of(planned("threads"), without) is None


def test_the_baseline_says_how_fast_the_machine_was_when_it_was_measured() -> None:
    measured = document({"sequential": [50.0]}).cells[0]
    alone = replace(
        measured,
        server=replace(server_of(measured), cpu_cores=None),
        fetch=Phase(0.001, 0.0008, 0),
        parse=Phase(0.006, 0.006, 0),
        cpu_per_page_s=0.006 + 2 * (0.0004 + HARNESS_S),
    )
    found = demands_of(planned("threads", job__parser="html.parser"), CALIBRATION, alone)
    assert found is not None
    assert found.parse_held.mean_s == pytest.approx(0.006)
    assert found.client_free.mean_s == pytest.approx(2 * 0.0001), "all but the parse took twice as long"
    assert found.server.mean_s == pytest.approx(2 * 0.0002)


def test_one_worker_alone_takes_what_its_parts_take() -> None:
    measured = document({"sequential": [50.0]}).cells[0]
    cpu_s = 0.006 + 0.0004 + HARNESS_S
    alone = replace(
        measured,
        fetch=Phase(0.001, 0.0008, 0),
        parse=Phase(0.006, 0.006, 0),
        cpu_per_page_s=cpu_s,
        server=replace(server_of(measured), cpu_cores=0.02),
    )
    found = demands_of(planned("threads", server__latency="10ms"), CALIBRATION, alone)
    assert found is not None
    assert found.server.mean_s == pytest.approx(0.02 / 50)
    assert found.transport.mean_s == pytest.approx(1 / 50 - 0.01 - cpu_s - 0.02 / 50)
    faster = replace(alone, server=replace(server_of(measured), cpu_cores=0.5))
    beside = demands_of(planned("threads", server__latency="10ms"), CALIBRATION, faster)
    assert beside is not None
    assert beside.transport.mean_s == 0, "the server was at work beside the client"
    assert beside.server.mean_s < 0.5 / 50


def test_a_baseline_that_waits_for_jobs_is_no_slower_for_it() -> None:
    measured = document({"sequential": [20.0]}).cells[0]
    cpu_s = 0.006 + 0.0004 + HARNESS_S
    # Of 10 s it has a job in flight for 4: 200 of them, 20 ms each.
    told = Arrivals(200, 20.0, 200, 200, 3, 0, 0.001, None, None, unstable=False)
    alone = replace(
        measured,
        fetch=Phase(0.001, 0.0008, 0),
        parse=Phase(0.006, 0.006, 0),
        cpu_per_page_s=cpu_s,
        server=replace(server_of(measured), cpu_cores=0.008),
        arrivals=told,
        makespan_s=10.0,
        in_flight_mean=0.4,
    )
    cell = planned("threads", server__latency="10ms", arrivals={"rate": "20/s"})
    found = demands_of(cell, CALIBRATION, alone)
    assert found is not None
    assert found.server.mean_s == pytest.approx(0.0004)
    assert found.transport.mean_s == pytest.approx(0.02 - 0.01 - cpu_s - 0.0004)


def server_of(cell: CellResult) -> ServerMeasures:
    assert cell.server is not None
    return cell.server


def test_delays_that_differ_are_those_of_the_pages() -> None:
    assert waits_s(planned("threads", server__latency="20ms").server) == (0.02,)
    drawn = waits_s(
        planned("threads", server__latency={"kind": "uniform", "low": "10ms", "high": "20ms"}).server
    )
    assert len(set(drawn)) > 100
    assert 0.01 <= min(drawn) < max(drawn) <= 0.02


def test_a_machine_has_the_cores_that_the_job_may_use() -> None:
    assert machine_of(planned("threads"), 8, gil=True).cores == 8
    bound = machine_of(planned("threads", affinity={"driver": [0]}), 8, gil=False)
    assert (bound.cores, bound.gil) == (1, False)


def test_a_shape_is_that_of_the_plan() -> None:
    found = shape_of(planned("processes_of_asyncio").plan)
    assert (found.shards, found.widths, found.loop, found.pool) == ("processes", (2, 2), True, "inline")
