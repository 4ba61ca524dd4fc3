"""A run on machines that are played: who measures what, what is kept when one is lost, and how it goes on."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest

from simulator.experiment import events
from simulator.experiment.resuming import NotTheSameError
from simulator.experiment.stored import InStore
from simulator.result.repetition import MACHINE, MACHINE_LOST, Repetition
from simulator.result.run import Run
from simulator.runner.stop import Stop, Stopped
from simulator.spread import spread as spreading
from simulator.spread.assigning import MOST_LOSSES
from simulator.spread.cluster import ClusterError, WorkerLostError
from simulator.spread.order import Order
from simulator.spread.plan import RefusedError, resumed
from simulator.spread.spread import Spread
from simulator.spread.told import Ended, Told
from simulator.store import Store, StoreError
from tests.simulator.experiment.conftest import Witness
from tests.simulator.spread.farm import Farm, as_usual, plan_on, scenario


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "TICK_S", 0.005)
    monkeypatch.setattr(spreading, "LOOKS_EVERY_S", 0.0)


def machines(repetitions: tuple[Repetition, ...]) -> set[str]:
    return {r.environment[MACHINE]["name"] for r in repetitions if r.status == "ok"}


def failed(error: StoreError) -> None:
    pytest.fail(str(error))


def slowly(machine: str, order: Order) -> Iterator[Told | None]:
    """Tell of one repetition, and then of nothing."""
    yield next(event for event in as_usual(machine, order) if isinstance(event, events.RepetitionJudged))
    yield from repeat(None)


def test_each_combination_is_measured_whole_on_one_machine(tmp_path: Path) -> None:
    farm, witness = Farm(("a", "b")), Witness()
    planned = plan_on(farm, scenario(tmp_path))
    spread = Spread(planned, handlers=[witness])
    spread.run()
    document = spread.document()
    assert not document.partial
    assert [cell.status for cell in document.cells] == ["ok"] * 6
    for combination in document.combinations:
        cells = [cell for cell in document.cells if cell.id in combination.cells]
        assert len(set.union(*(machines(cell.whole()) for cell in cells))) == 1
    assert {name for name, order in farm.orders if order.cells} == {"a", "b"}
    assert [machine["name"] for machine in document.environment["machines"]] == ["a", "b"]
    started = witness.of(events.RepetitionStarted)
    assert {event.machine for event in started} == {"a", "b"}
    assert max(event.done for event in started) >= 10
    assert {event.planned for event in started} == {12}
    assert witness.of(events.UnitEnded)[-1].done == 2
    assert witness.names[-2:] == ["Measured", "RunFinished"]


def test_a_machine_that_dies_has_its_combination_done_again_elsewhere_and_its_rows_are_kept(
    tmp_path: Path,
) -> None:
    farm = Farm(("a", "b"))

    def dies(machine: str, order: Order) -> Iterator[Told]:
        for event in as_usual(machine, order):
            yield event
            if machine == "b" and isinstance(event, events.RepetitionJudged):
                farm.gone("b")
                raise WorkerLostError("its connection was closed")

    farm.script, witness = dies, Witness()
    with Store.open(tmp_path / "r.sqlite") as store:
        planned = plan_on(farm, scenario(tmp_path))
        spread = Spread(planned, InStore(store, failed), [witness])
        spread.run()
        kept = store.load(planned.header.id)
    assert kept.status == "complete"
    assert [event.machine for event in witness.of(events.MachineLost)] == ["b"]
    (lost,) = [r for r in kept.repetitions if r.status == "discarded"]
    assert lost.environment[MACHINE]["name"] == "b"
    assert lost.reason == f"{MACHINE_LOST} b, and measured anew on a"
    again = [r for r in kept.repetitions if r.cell_id == lost.cell_id and r.status == "ok"]
    assert [(r.round, r.environment[MACHINE]["name"]) for r in again] == [(1, "a"), (2, "a")]
    assert [cell.status for cell in spread.document().cells] == ["ok"] * 6


def test_a_combination_with_which_machine_after_machine_is_lost_is_given_up(tmp_path: Path) -> None:
    def dies(machine: str, order: Order) -> Iterator[Told]:
        if order.cells == planned.units[0].cells:
            raise WorkerLostError("killed")
        return as_usual(machine, order)

    farm = Farm(("a", "b"), dies)
    planned = plan_on(farm, scenario(tmp_path))
    spread = Spread(planned)
    spread.run()
    cells = {cell.id: cell for cell in spread.document().cells}
    assert {cells[cell].status for cell in planned.units[0].cells} == {"failed"}
    assert {cells[cell].status for cell in planned.units[1].cells} == {"ok"}
    reason = cells[planned.units[0].cells[0]].reason
    assert reason is not None
    assert reason.startswith(f"{MOST_LOSSES} machines were lost while it was measured: ")


def test_what_was_measured_before_an_interruption_counts_on_its_own_machine(tmp_path: Path) -> None:
    stop = Stop()
    farm = Farm(("a", "b"), slowly)
    planned = plan_on(farm, scenario(tmp_path))
    witness = Witness(lambda event: stop.set() if isinstance(event, events.RepetitionJudged) else None)
    with Store.open(tmp_path / "r.sqlite") as store:
        spread = Spread(planned, InStore(store, failed), [witness], stop)
        with pytest.raises(Stopped):
            spread.run()
        assert spread.document().partial
        before = store.load(planned.header.id)
        assert before.repetitions
        home = {r.cell_id: r.environment[MACHINE]["name"] for r in before.repetitions}

        farm.orders.clear()
        farm.script = as_usual
        again = resumed(plan_on(farm, scenario(tmp_path)), before)
        assert again.header.id == planned.header.id
        Spread(again, InStore(store, failed)).run()
        after = store.load(planned.header.id)
    assert after.status == "complete"
    assert after.repetitions[: len(before.repetitions)] == before.repetitions
    assert len(after.repetitions) == 12
    for machine, order in farm.orders:
        assert {home.get(cell, machine) for cell in order.cells} <= {machine}


def test_what_was_measured_on_a_machine_that_is_gone_is_kept_and_counts_no_more(tmp_path: Path) -> None:
    farm = Farm(("a",))
    planned = plan_on(farm, scenario(tmp_path))
    one = Spread(planned)
    one.run()
    whole = one._rows.done
    earlier = Run(planned.header, "interrupted", {}, tuple(whole[:8]), lambda *_: None)
    other = Farm(("b",))
    spread = Spread(resumed(plan_on(other, scenario(tmp_path)), earlier))
    spread.run()
    document = spread.document()
    assert [cell.status for cell in document.cells] == ["ok"] * 6
    done = [cell for cell in document.cells if machines(cell.whole()) == {"a"}]
    assert len(done) == 3  # of the combination that was complete
    assert len([order for _, order in other.orders if order.cells]) == 1
    assert sum(r.status == "discarded" for cell in document.cells for r in cell.repetitions) == 2


def test_a_machine_that_cannot_measure_is_left_out(tmp_path: Path) -> None:
    def refuses(machine: str, order: Order) -> Iterator[Told]:
        if machine == "a":
            return iter([Ended("refused", "job.parser: mine:parse: there is no module mine")])
        return as_usual(machine, order)

    farm = Farm(("a", "b"), refuses)
    spread = Spread(plan_on(farm, scenario(tmp_path)))
    spread.run()
    assert {name for cell in spread.document().cells for name in machines(cell.whole())} == {"b"}


def test_without_a_machine_that_can_measure_the_run_fails_and_says_why(tmp_path: Path) -> None:
    farm = Farm(("a",), lambda *_: iter([Ended("refused", "there is no module mine")]))
    spread = Spread(plan_on(farm, scenario(tmp_path)))
    with pytest.raises(ClusterError, match=r"no machine is left that can measure: a: there is no module"):
        spread.run()
    assert spread.document().partial


def test_a_machine_that_tells_of_what_it_was_not_given_is_not_believed(tmp_path: Path) -> None:
    def lies(machine: str, order: Order) -> Iterator[Told]:
        for event in as_usual(machine, order):
            if machine == "a" and isinstance(event, events.RepetitionJudged):
                event = replace(event, repetition=replace(event.repetition, cell_id="other"))  # noqa: PLW2901
            yield event

    farm, witness = Farm(("a", "b"), lies), Witness()
    spread = Spread(plan_on(farm, scenario(tmp_path)), handlers=[witness])
    spread.run()
    assert [cell.status for cell in spread.document().cells] == ["ok"] * 6
    assert witness.of(events.MachineLost)[0].reason == "it tells of other, which it was not given"


def test_a_scenario_that_cannot_be_run_there_is_refused_in_its_words(tmp_path: Path) -> None:
    text = scenario(tmp_path, job__parser={"function": "nowhere:parse", "input": "bytes"})
    with pytest.raises(RefusedError, match="nowhere"):
        plan_on(Farm(("a",)), text)


def test_a_cluster_without_workers_has_nothing_to_measure_on(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="no worker; start one"):
        plan_on(Farm(()), scenario(tmp_path))


def test_a_run_of_one_machine_does_not_go_on_over_several(tmp_path: Path) -> None:
    farm = Farm(("a",))
    planned = plan_on(farm, scenario(tmp_path))
    header = replace(planned.header, environment={**planned.header.environment})
    header.environment.pop("machines")  # type: ignore[attr-defined]
    alone = Run(header, "interrupted", {}, (), lambda *_: None)
    with pytest.raises(NotTheSameError, match="measured by one machine, and would be spread"):
        resumed(planned, alone)
