"""What a server with a limit lets through bounds every strategy."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.bounding import bounded, served_per_s
from simulator.analysis.summary import summarise
from simulator.analysis.tuning import limit
from simulator.result.document import CellResult, ResultDocument
from tests.simulator.analysis.builders import measures, planned, repetition, run


def document(written: dict[str, Any], throughput_per_s: float = 300.0, **measures: Any) -> ResultDocument:
    cells = [planned("sequential"), planned("threads", in_flight=64)]
    done = [
        repetition(cell.id, round_, 20.0 if cell.id == "sequential" else throughput_per_s, **measures)
        for cell in cells
        for round_ in range(3)
    ]
    return summarise(run(cells, done, scenario={"server": written}))


def threads(found: ResultDocument) -> CellResult:
    return next(cell for cell in found.cells if cell.strategy == "threads")


QUEUED = {"network_s": 0.16, "server_queue_s": 0.14, "cpu_per_page_s": 0.0001}


def test_a_capacity_lets_through_what_its_places_serve() -> None:
    found = document({"capacity": 8}, **QUEUED)
    cell = threads(found)
    assert cell.bound_by == "the server"
    assert cell.bound_per_s == pytest.approx(400.0)
    assert cell.server_queue_s == 0.14
    assert served_per_s(cell, {}) is None
    assert limit(threads(document({"capacity": 8}, 390.0, **QUEUED)), found).startswith(
        "It is limited by the server, which lets 400 pages/s through at most, and it does 390."
    )


@pytest.mark.parametrize("written", ["50/s", {"rate": "50/s", "burst": 10}])
def test_a_rate_limit_lets_through_its_rate(written: Any) -> None:
    cell = threads(document({"rate_limit": written}, 40.0, cpu_per_page_s=0.0001))
    assert (cell.bound_by, cell.bound_per_s) == ("the server", 50.0)


def test_levels_and_cases_say_more_than_the_scenario() -> None:
    found = document({"capacity": 8, "rate_limit": "50/s"}, **QUEUED)
    cell, scenario = threads(found), found.scenario
    varied = replace(cell, factors={**cell.factors, "server.capacity": 2, "server.rate_limit": None})
    assert served_per_s(varied, scenario) == pytest.approx(100.0)
    cases = {**scenario, "cases": {"slow": {"server.rate_limit.rate": "7/s"}}}
    assert served_per_s(replace(cell, factors={**cell.factors, "case": "slow"}), cases) == 7.0
    unknown = replace(cell, factors={**cell.factors, "server.rate_limit": "a later way"})
    assert served_per_s(unknown, scenario) == pytest.approx(400.0)


def test_a_page_of_several_attempts_takes_several_places_and_tokens() -> None:
    server = replace(measures().server, admitted_per_page=1.25, served_s_per_page=0.025)
    again: dict[str, Any] = {
        "attempts_per_page": 2.0,
        "cpu_per_page_s": 0.0001,
        "network_s": 1.0,
        "server": server,
    }
    cell = threads(document({"capacity": 8, "rate_limit": "500/s"}, **again))
    assert cell.bound_by == "the server"
    assert cell.bound_per_s == pytest.approx(8 / 0.025)
    cell = threads(document({"capacity": 8, "rate_limit": "50/s"}, 40.0, **again))
    assert cell.bound_by == "the server"
    assert cell.bound_per_s == pytest.approx(50 / 1.25)


def test_how_long_places_were_taken_is_not_guessed_where_pages_were_tried_again() -> None:
    cell = threads(document({"capacity": 8}, attempts_per_page=1.5, **QUEUED))
    assert served_per_s(cell, {"server": {"capacity": 8}}) is None


def test_without_a_limit_the_server_bounds_nothing() -> None:
    cell = threads(bounded(document({})))
    assert served_per_s(cell, {"server": {}}) is None
    assert cell.bound_by == "cores"
