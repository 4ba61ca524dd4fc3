"""What a cell's own job needs bounds it, and whatever the server lets through."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.bounding import bounded
from simulator.analysis.summary import summarise
from simulator.analysis.tuning import limit
from simulator.result.calibration import Calibration
from simulator.result.document import CellResult, ResultDocument
from simulator.result.needs import Needs, Over, Request
from simulator.result.repetition import Phase
from tests.simulator.analysis.builders import measures, planned, repetition, run


def document(
    written: dict[str, Any],
    throughput_per_s: float = 300.0,
    strategy: Any = "threads",
    scenario: dict[str, Any] | None = None,
    **measures: Any,
) -> ResultDocument:
    name = strategy if isinstance(strategy, str) else strategy["name"]
    cells = [planned("sequential"), planned(name, in_flight=64)]
    cells[1] = replace(cells[1], factors={**cells[1].factors, "in_flight": 64})
    done = [
        repetition(cell.id, round_, 20.0 if cell.id == "sequential" else throughput_per_s, **measures)
        for cell in cells
        for round_ in range(3)
    ]
    made = {"server": written, "strategies": [strategy], **(scenario or {})}
    return summarise(run(cells, done, scenario=made))


def other(found: ResultDocument) -> CellResult:
    return next(cell for cell in found.cells if cell.strategy != "sequential")


def bound(cell: CellResult) -> tuple[Any, str | None]:
    return cell.bound_per_s, cell.bound_by


def changed(found: ResultDocument, **changes: Any) -> CellResult:
    cells = (
        replace(cell, **changes) if cell.strategy != "sequential" else cell
        for cell in (replace(cell, bound_per_s=None, bound_by=None) for cell in found.cells)
    )
    return other(bounded(replace(found, cells=tuple(cells))))


QUEUED: dict[str, Any] = {"network_s": 0.16, "server_queue_s": 0.14, "cpu_per_page_s": 0.0001}
LITTLE: dict[str, Any] = {"fetch": Phase(0.05, 0.00005, None), "parse": Phase(0.0001, 0.00005, None)}


def test_a_capacity_lets_through_what_its_places_serve() -> None:
    found = document({"capacity": 8}, **QUEUED, **LITTLE)
    cell = other(found)
    assert bound(cell) == (pytest.approx(400.0), "the server")
    assert cell.server_queue_s == 0.14
    assert limit(other(document({"capacity": 8}, 390.0, **QUEUED, **LITTLE)), found).startswith(
        "It is limited by the server, which lets 400 pages/s through at most, and it does 390."
    )


@pytest.mark.parametrize("written", ["50/s", {"rate": "50/s", "burst": 10}])
def test_a_rate_limit_lets_through_its_rate(written: Any) -> None:
    cell = other(document({"rate_limit": written}, 40.0, cpu_per_page_s=0.0001, **LITTLE))
    assert bound(cell) == (pytest.approx(50.0), "the server")


def test_levels_and_cases_say_more_than_the_scenario() -> None:
    found = document({"capacity": 8, "rate_limit": "50/s"}, **QUEUED, **LITTLE)
    factors = other(found).factors

    def bound_with(factors: dict[str, Any], **scenario: Any) -> Any:
        return changed(replace(found, scenario={**found.scenario, **scenario}), factors=factors).bound_per_s

    varied = {**factors, "server.capacity": 2, "server.rate_limit": None}
    assert bound_with(varied) == pytest.approx(100.0)
    slow = {"cases": {"slow": {"server.rate_limit.rate": "7/s"}}}
    assert bound_with({**factors, "case": "slow"}, **slow) == pytest.approx(7.0)
    assert bound_with({**factors, "server.rate_limit": "a later way"}) == pytest.approx(400.0)


def test_a_page_of_several_attempts_takes_several_places_and_tokens() -> None:
    server = replace(measures().server, admitted_per_page=1.25, served_s_per_page=0.025)
    again: dict[str, Any] = {
        "attempts_per_page": 2.0,
        "cpu_per_page_s": 0.0001,
        "network_s": 1.0,
        "server": server,
        **LITTLE,
    }
    cell = other(document({"capacity": 8, "rate_limit": "500/s"}, **again))
    assert bound(cell) == (pytest.approx(8 / 0.025), "the server")
    cell = other(document({"capacity": 8, "rate_limit": "50/s"}, 40.0, **again))
    assert bound(cell) == (pytest.approx(50 / 1.25), "the server")


def test_how_long_places_were_taken_is_not_guessed_where_pages_were_tried_again() -> None:
    cell = other(document({"capacity": 8}, attempts_per_page=1.5, **QUEUED, **LITTLE))
    assert bound(cell) == (pytest.approx(64 * 20.0), "waiting")


@pytest.mark.parametrize(
    ("driver", "server", "per_s"),
    [
        # 0.1 cores of the server at 50 pages/s are 2 ms for each, where they come from the job's cores.
        ([0, 1], [0, 1], 2 / 0.012),
        ([0, 1], [1], 2 / 0.012),
        ([0], [1], 1 / 0.010),
        ([0], [0, 1], 1 / 0.010),
        ([0, 1], None, 2 / 0.010),  # on another machine, perhaps
        (None, None, 2 / 0.010),
    ],
)
def test_the_server_takes_its_cpu_from_the_same_cores_where_it_may_run_on_no_others(
    driver: list[int] | None, server: list[int] | None, per_s: float
) -> None:
    found = changed(document({}, 50.0), environment={"affinity": driver, "server_affinity": server})
    assert bound(found) == (pytest.approx(per_s), "cores")


def test_each_cell_has_the_cores_that_its_own_driver_was_bound_to() -> None:
    found = document({}, 50.0)
    varied = replace(
        found,
        scenario={**found.scenario, "affinity": {"driver": [0]}, "vary": {"affinity.driver": [[0], [0, 1]]}},
    )
    for cpus, cores in (([0], 1), ([0, 1], 2)):
        factors = {**other(found).factors, "affinity.driver": f"{cpus}"}
        cell = changed(varied, factors=factors, environment={"affinity": cpus})
        assert bound(cell) == (pytest.approx(cores / 0.010), "cores")


CALIBRATION = Calibration(
    needs=Needs(
        {"blocking:http.client": Request(0.001, 0.02, 0.002, 0.25, 2.0, None, 0.0001)},
        gil=True,
        held=0.5,
        over={"shards:processes": Over(0.0003, 0.0001)},
        held_error=0.05,
    )
)
THREADED: dict[str, Any] = {"gil_enabled": [True], "client": "http.client"}


def known(found: ResultDocument, calibration: Calibration = CALIBRATION, **scenario: Any) -> CellResult:
    each = replace(other(found).repetitions[0], environment=THREADED)
    document = replace(found, scenario={**found.scenario, **scenario})
    return changed(document, environment=THREADED, repetitions=(each,), calibration=calibration, status="ok")


HALF: dict[str, Any] = {"fetch": Phase(0.05, 0.004, None), "parse": Phase(0.01, 0.006, None)}


@pytest.mark.parametrize(
    ("scenario", "held_s"),
    [
        ({"job": {"parser": "html.parser"}}, 0.003 + 0.006),
        ({"job": {"parser": {"name": "html.parser"}}}, 0.003 + 0.006),
        ({}, 0.003 + 0.006),
        ({"job": {"parser": "mine:parse"}}, 0.003 + 0.006 * (0.5 - 2.92 * 0.05)),
    ],
)
def test_threads_share_the_gil_for_as_long_as_they_surely_hold_it(
    scenario: dict[str, Any], held_s: float
) -> None:
    found = document({}, 50.0, **HALF)
    eight = replace(found, environment={"machine": {"usable_cores": 8}})
    assert bound(known(eight, **scenario)) == (pytest.approx(1 / held_s), "the GIL")


@pytest.mark.parametrize(
    "calibration",
    [
        None,
        replace(CALIBRATION, tls=True),
        replace(CALIBRATION, encoding="gzip"),
    ],
)
def test_what_may_be_free_of_the_gil_holds_none(calibration: Calibration | None) -> None:
    found = document({}, 50.0, scenario={"job": {"parser": "sha256"}}, **HALF)
    assert known(found, calibration or Calibration()).bound_by == "cores"


def test_a_loop_does_all_that_it_and_its_parser_compute() -> None:
    cell = other(document({}, 50.0, strategy="asyncio", **HALF))
    assert bound(cell) == (pytest.approx(1 / 0.010), "one loop")


def test_a_strategy_s_options_are_those_that_are_set_for_the_cell() -> None:
    pool = {"name": "pool", "base": "asyncio_to_threads", "parallelism": 4}
    found = document({}, 50.0, strategy=pool, **HALF)
    many = replace(found, environment={"machine": {"usable_cores": 16}})
    factors = {**other(found).factors, "strategies.pool.parallelism": 1}
    assert bound(changed(many, factors=factors, environment={})) == (pytest.approx(1 / 0.006), "the pool")
    assert bound(changed(many, environment={})) == (pytest.approx(1 / 0.004), "one loop")


def test_records_come_back_to_one_interpreter() -> None:
    sha256: dict[str, Any] = {"parser": "sha256"}
    light: dict[str, Any] = {"fetch": Phase(0.05, 0.001, None), "parse": Phase(0.01, 0.001, None)}
    found = document({}, 50.0, strategy="processes", **light)
    many = replace(found, environment={"machine": {"usable_cores": 64}})
    # Of 10 ms CPU 8 are neither of fetching nor of parsing, three quarters of them in the main interpreter.
    assert CALIBRATION.needs is not None
    dear = replace(CALIBRATION, needs=replace(CALIBRATION.needs, over={"shards:processes": Over(0.03, 0.01)}))
    assert bound(known(many, dear, job=sha256)) == (pytest.approx(1 / 0.006), "the main interpreter")
    # No more than one alone took: a parser's own threads may have computed the rest.
    assert bound(known(many, job=sha256)) == (pytest.approx(64 * 20.0), "waiting")


def test_the_baseline_takes_at_least_what_it_does_in_turn() -> None:
    base = document({}, **LITTLE).cells[0]
    assert bound(base) == (pytest.approx(1 / (0.04 + 0.0001)), "waiting")


def test_of_a_strategy_that_nobody_knows_nothing_is_shared_but_cores() -> None:
    found = document({}, 50.0, **HALF)
    unknown = replace(
        found, scenario={**found.scenario, "strategies": [{"name": "threads", "base": "later"}]}
    )
    assert bound(changed(unknown)) == (pytest.approx(2 / 0.012), "cores")


def test_without_a_number_of_cores_they_bound_nothing() -> None:
    found = replace(document({}, 300.0, **HALF), environment={})
    assert bound(changed(found, environment={})) == (pytest.approx(64 * 20.0), "waiting")
