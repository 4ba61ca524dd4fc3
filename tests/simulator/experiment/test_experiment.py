"""What an experiment tells, to whom, and where it keeps what it measures."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.experiment.design import Design
from simulator.experiment.events import (
    Event,
    HandlerFailed,
    Measured,
    RepetitionJudged,
    RepetitionStarted,
    RunStarted,
)
from simulator.experiment.experiment import Experiment
from simulator.experiment.stored import InStore
from simulator.result.run import RunHeader
from simulator.store import Store, StoreError
from tests.simulator.experiment.conftest import Witness

Tiny = Callable[..., Design]


def test_another_program_runs_an_experiment_and_follows_it(tiny: Tiny) -> None:
    witness = Witness()
    designed = tiny(rounds=2)
    experiment = Experiment(designed, handlers=[witness])
    experiment.run()
    document = experiment.document()
    assert [cell.status for cell in document.cells] == ["ok", "ok"]
    assert not document.partial
    told = [name for name in witness.names if name not in ("StillRunning", "RepetitionRevised")]
    assert told[:6] == [
        "RunStarted",
        *["CalibrationStarted"] * 2,
        *["CellPlanned"] * 2,
        "RepetitionStarted",
    ]
    assert told[-2:] == ["Measured", "RunFinished"]
    judged = witness.of(RepetitionJudged)
    assert [r.repetition.cell_id for r in judged] == [s.cell_id for s in witness.of(RepetitionStarted)]
    assert witness.of(Measured) == [Measured("complete", len(judged))]
    assert witness.header == designed.header
    for event in judged:
        kept = experiment.samples(event.repetition.cell_id, event.repetition.round)
        assert kept is not None
        assert kept.ready_ns.tolist() == event.samples.ready_ns.tolist()
    assert experiment.samples("no such cell", 0) is None


@pytest.mark.parametrize("when", ["start", "handle_event", "shutdown"])
def test_a_handler_that_fails_gets_no_more_and_the_run_goes_on(tiny: Tiny, when: str) -> None:
    class Failing(Witness):
        name = "a page"

        def start(self, header: RunHeader) -> None:
            super().start(header)
            self._fail("start")

        def handle_event(self, event: Event) -> None:
            super().handle_event(event)
            self._fail("handle_event")

        def shutdown(self) -> None:
            super().shutdown()
            self._fail("shutdown")

        def _fail(self, where: str) -> None:
            if when == where:
                raise BrokenPipeError(32, "Broken pipe")

    failing, witness = Failing(), Witness()
    experiment = Experiment(tiny(strategies=["sequential"]), handlers=[failing, witness])
    experiment.run()
    assert [cell.status for cell in experiment.document().cells] == ["ok"]
    assert witness.of(HandlerFailed) == [HandlerFailed("a page", "[Errno 32] Broken pipe")]
    assert failing.shut == 1
    if when != "shutdown":
        assert len(failing.events) == (when == "handle_event")


def test_a_database_that_fails_in_mid_run_is_said_once_and_nothing_measured_is_lost(
    tmp_path: Path, tiny: Tiny
) -> None:
    path = tmp_path / "results.sqlite"
    failures: list[StoreError] = []

    def remove(event: Event) -> None:
        if isinstance(event, RepetitionJudged):
            path.unlink(missing_ok=True)

    with Store.open(path) as store:
        keeper = InStore(store, failures.append)
        experiment = Experiment(tiny(rounds=3), keeper, [Witness(remove)])
        experiment.run()
    assert keeper.failed
    assert len(failures) == 1
    document = experiment.document()
    assert not document.partial
    for cell in document.cells:
        assert cell.status == "ok"
        for repetition in cell.repetitions:
            assert experiment.samples(cell.id, repetition.round) is not None, (
                "also what came before it failed"
            )


def test_a_database_that_fails_at_the_start_ends_the_run(tmp_path: Path, tiny: Tiny) -> None:
    designed = tiny()
    with Store.open(tmp_path / "results.sqlite") as store:
        store.begin(designed.header)
        store.close()
        experiment = Experiment(designed, InStore(store, lambda _: None))
        with pytest.raises(Exception, match="closed"):
            experiment.run()
    assert not experiment.begun


def test_a_dry_run_measures_and_keeps_nothing(tiny: Tiny) -> None:
    witness = Witness()
    prepared = Experiment(tiny(), handlers=[witness]).dry_run()
    assert len(prepared.ready) == 2
    assert not witness.of(RunStarted)
    assert "CellPlanned" in witness.names
    assert witness.shut == 1
