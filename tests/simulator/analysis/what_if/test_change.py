"""What virtual changes change, and what they leave as it is."""

from pathlib import Path

import pytest

from simulator.analysis.situations import Situation
from simulator.analysis.what_if.change import Together
from simulator.analysis.what_if.parsing import parse_change
from simulator.model.demands import Demand, Demands
from simulator.model.shape import Machine
from tests.conftest import tiny_cells

DEMANDS = Demands(
    waits_s=(0.01, 0.03),
    client_held=Demand(0.0002, 0.1),
    client_free=Demand(0.0001),
    parse_held=Demand(0.003, 0.05),
    parse_free=Demand(0.001),
    over_worker=Demand(0.0002),
    over_main=Demand(0.0001),
)


@pytest.fixture
def situation(tmp_path: Path) -> Situation:
    cells = tiny_cells(tmp_path, strategies=["threads", "processes", "processes_per_core"], in_flight=8)
    return Situation(cells["processes"], DEMANDS, Machine(2.0), 8, 2)


def changed(situation: Situation, text: str) -> Situation:
    return parse_change(text).of(situation)


def test_demands_are_multiplied(situation: Situation) -> None:
    found = changed(situation, "parse * 0.5").demands
    assert (found.parse_held.mean_s, found.parse_free.mean_s) == (0.0015, 0.0005)
    assert found.parse_held.error == 0.05
    assert changed(situation, "latency * 2").demands.waits_s == (0.02, 0.06)
    assert changed(situation, "hand-over * 0").demands.over_main.mean_s == 0
    assert changed(situation, "client * 2").demands.client_held.mean_s == 0.0004


def test_demands_are_set_in_the_shares_that_they_have(situation: Situation) -> None:
    found = changed(situation, "parse = 8ms").demands
    assert found.parse_held.mean_s == pytest.approx(0.006)
    assert found.parse_free.mean_s == pytest.approx(0.002)
    assert changed(situation, "latency = 5ms").demands.waits_s == (0.005,)
    nothing = Situation(situation.cell, Demands(), situation.machine, 8, 2)
    assert changed(nothing, "parse = 8ms").demands.parse_held.mean_s == 0.008


def test_a_parse_lets_go_of_the_lock_or_holds_it(situation: Situation) -> None:
    free = changed(situation, "parse releases the GIL").demands
    assert free.parse_held.mean_s == 0
    assert free.parse_free.mean_s == pytest.approx(0.004)
    assert free.parse_drops >= 1
    held = changed(situation, "parse holds the GIL").demands
    assert held.parse_held.mean_s == pytest.approx(0.004)
    assert held.parse_free.mean_s == 0
    assert held.parse_drops == 0
    assert not changed(situation, "no GIL").machine.gil


def test_another_machine_has_other_workers_where_they_are_as_many_as_cores(
    situation: Situation, tmp_path: Path
) -> None:
    cells = tiny_cells(tmp_path, strategies=["processes_per_core"], parallelism="cores", in_flight=8)
    per_core = Situation(cells["processes_per_core"], DEMANDS, Machine(2.0), 8, 2)
    assert per_core.shape.widths == (1,) * 2
    found = changed(per_core, "cores = 32")
    assert (found.machine.cores, found.shape.widths) == (32, (1,) * 32)
    assert changed(situation, "cores = 32").shape.widths == (1,) * 8
    assert changed(situation, "cores / 4").machine.cores == 1


def test_in_flight_is_another_shape_and_may_be_too_many_processes(situation: Situation) -> None:
    assert changed(situation, "in flight * 2").shape.in_flight == 16
    assert changed(situation, "in flight = 16").too_many is None
    many = changed(situation, "in flight = 1000").too_many
    assert many == "1,000 processes are more than 8 for each of 2 cores"
    both = Together((parse_change("in flight = 1000"), parse_change("cores = 200")))
    assert both.of(situation).too_many is None
