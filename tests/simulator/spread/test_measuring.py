"""A unit on its machine: part of a scenario, measured as any experiment is."""

import asyncio
import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from simulator.experiment import events
from simulator.runner.stop import Stop
from simulator.spread import worker
from simulator.spread.child import Child
from simulator.spread.measuring import carry_out
from simulator.spread.order import Order, of_text
from simulator.spread.told import Ended, Planned, Told, heard
from tests.simulator.spread.farm import order_of, scenario


def told(order: Order, stop: Stop | None = None) -> list[Told]:
    heard_: list[Told] = []
    carry_out(of_text(order.to_text()), heard_.append, stop or Stop(), lambda _: nullcontext())
    return heard_


def test_a_plan_groups_the_cells_that_are_measured_side_by_side(tmp_path: Path) -> None:
    planned, ended = told(order_of(scenario(tmp_path)))
    assert isinstance(planned, Planned)
    assert ended == Ended("complete")
    assert [len(unit.cells) for unit in planned.units] == [3, 3]
    assert all(unit.seconds > 0 for unit in planned.units)
    assert {cell for unit in planned.units for cell in unit.cells} == {c.id for c in planned.header.cells}
    assert planned.header.environment["command"] == "simulator run tiny.yaml --on dask"


def test_a_unit_is_measured_and_gone_on_with(tmp_path: Path) -> None:
    order = order_of(scenario(tmp_path, rounds=1, strategies=["threads"], job__client="http.client"))
    planned = told(order)[0]
    assert isinstance(planned, Planned)
    cells = planned.units[0].cells
    first = told(order.of(cells))
    assert first[-1] == Ended("complete")
    rows = [event.repetition for event in first if isinstance(event, events.RepetitionJudged)]
    assert sorted(row.cell_id for row in rows) == sorted(cells)
    assert all(row.status == "ok" for row in rows)
    known = {e.cell_id: e.calibration for e in first if isinstance(e, events.CellPlanned)}

    missing = rows.pop()
    again = told(order.of(cells, rows, known))
    assert [e.repetition.cell_id for e in again if isinstance(e, events.RepetitionJudged)] == [
        missing.cell_id
    ]
    assert not [event for event in again if isinstance(event, events.CalibrationStarted)]


def test_a_cell_that_is_not_of_the_scenario_there_is_refused(tmp_path: Path) -> None:
    (ended,) = told(order_of(scenario(tmp_path)).of(["other"]))
    assert isinstance(ended, Ended)
    assert ended.how == "refused"
    assert ended.reason.startswith("other: the scenario has no such cell here; machines")


def test_files_that_are_not_there_are_refused_with_their_name(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "0.html").write_text("<title>0</title>", encoding="utf-8")
    content = {"kind": "folder", "path": str(tmp_path / "saved")}
    order = order_of(scenario(tmp_path, server__content=content))
    (tmp_path / "saved" / "0.html").unlink()
    (tmp_path / "saved").rmdir()
    (ended,) = told(order)
    assert isinstance(ended, Ended)
    assert ended.how == "refused"
    assert str(tmp_path / "saved") in ended.reason


def test_a_budget_is_shared_by_units_and_multiplied_by_machines(tmp_path: Path) -> None:
    from simulator.spread.measuring import _design, part  # noqa: PLC0415 - what it comes to

    order = order_of(scenario(tmp_path, budget="60s")).model_copy(update={"machines": 2})
    whole = _design(order)
    assert whole.scenario.budget_ns == 120_000_000_000
    cells = [cell.id for cell in whole.cells][:3]
    assert part(whole, order.of(cells)).scenario.budget_ns == 60_000_000_000


async def lines(child: Child) -> tuple[list[str], str]:
    found: list[str] = []
    while True:
        more, over, words = await child.news(len(found), 30.0)
        found += more
        if over:
            return found, words


async def test_a_process_of_its_own_plans_and_tells(tmp_path: Path) -> None:
    name = await worker.begin(order_of(scenario(tmp_path)).to_text(), str(tmp_path / "not there"))
    found: list[str] = []
    over = False
    while not over:
        more, over, words = json.loads(await worker.news(name, len(found), 30.0))
        found += more
    await worker.forget(name)
    assert words == ""
    assert [type(heard(line)) for line in found] == [Planned, Ended]


async def test_a_process_that_nobody_asks_after_ends(tmp_path: Path) -> None:
    order = order_of(scenario(tmp_path, job__pages=100_000, server__latency="1s"))
    cells = next(event for event in told(order) if isinstance(event, Planned)).units[0].cells
    child = Child(order.of(cells).to_text(), str(tmp_path), lease_s=0.5)
    for _ in range(6_000):  # asking would be a sign of life
        if child._ended:
            break
        await asyncio.sleep(0.02)
    found, _ = await lines(child)
    assert heard(found[-1]) == Ended("interrupted")


async def test_what_is_no_order_is_answered_with_its_last_words(tmp_path: Path) -> None:
    child = Child("{}", str(tmp_path))
    found, words = await lines(child)
    assert found == []
    assert words


@pytest.mark.parametrize("text", ["", "[]", '{"cells": []}'])
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever kind it is
        of_text(text)
