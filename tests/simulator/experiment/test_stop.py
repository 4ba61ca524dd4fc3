"""A thread that is not the main one runs an experiment, and another stops it."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.experiment.design import Design
from simulator.experiment.events import (
    Event,
    Measured,
    RepetitionJudged,
    RunFinished,
    TurnsStarted,
    TurnsStopped,
)
from simulator.experiment.experiment import Experiment
from simulator.experiment.keeper import InMemory, Keeper
from simulator.experiment.stored import InStore
from simulator.runner import family
from simulator.runner.stop import Stop, Stopped
from simulator.store import Store, StoreError
from tests.simulator.experiment.conftest import Witness

Tiny = Callable[..., Design]


def children() -> set[int]:
    """Return the processes that this one, or one of its threads, has started and that still run."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found


def session(pid: int) -> bool:
    """Whether anything of the session that this process leads runs."""
    return bool(family.session_members(pid))


class Running:
    """An experiment in a thread of its own."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.raised: BaseException | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.experiment.run()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.raised = error

    def wait_for(self, file: Path) -> None:
        deadline = time.monotonic() + 60
        while not file.exists():
            assert self.thread.is_alive(), self.raised
            assert time.monotonic() < deadline, "the parser was never called"
            time.sleep(0.02)

    def stopped(self) -> float:
        """Stop it, wait for its end, and return how long that took (s)."""
        began = time.monotonic()
        self.experiment.stop.set()
        self.thread.join(timeout=30)
        assert not self.thread.is_alive()
        return time.monotonic() - began


def never(error: StoreError) -> None:
    raise AssertionError from error


@pytest.mark.skipif(not family.READABLE, reason="processes are looked for in Linux's /proc")
def test_stopped_in_mid_window_nothing_is_left_and_what_was_measured_is_kept(
    tmp_path: Path, tiny: Tiny, spins: dict[str, Any]
) -> None:
    def spin_from_now_on(event: Event) -> None:
        if isinstance(event, RepetitionJudged):
            (tmp_path / "spin").touch()

    before = children()
    witness = Witness(spin_from_now_on)
    designed = tiny(job__parser=spins, strategies=["processes"], rounds=2)
    with Store.open(tmp_path / "results.sqlite") as store:
        running = Running(Experiment(designed, InStore(store, never), [witness]))
        running.wait_for(tmp_path / "spinning")
        started = children() - before
        assert len(started) == 2, "a server and a driver"
        took_s = running.stopped()
        assert isinstance(running.raised, Stopped)
        assert took_s < 10
        assert children() == before
        assert not [pid for pid in started if session(pid)]

        kept = store.load(designed.header.id)
    (first,) = kept.repetitions
    assert (kept.status, first.status, first.round) == ("interrupted", "ok", 0)
    samples = kept.samples(first.cell_id, 0)
    assert samples is not None
    assert len(samples) == 12
    document = running.experiment.document()
    assert document.partial
    cells = {cell.id: cell for cell in document.cells}
    assert cells[first.cell_id].status == "ok"
    assert cells[first.cell_id].response_time_s is not None, (
        "made of the raw samples that the store gave back"
    )
    assert witness.events[-2:] == [Measured("interrupted", 1), RunFinished("interrupted")]
    assert witness.shut == 1


def test_stopped_before_anything_was_measured(tmp_path: Path, tiny: Tiny, spins: dict[str, Any]) -> None:
    (tmp_path / "spin").touch()
    running = Running(Experiment(tiny(job__parser=spins)))
    running.wait_for(tmp_path / "spinning")
    running.stopped()
    assert isinstance(running.raised, Stopped)
    assert [cell.status for cell in running.experiment.document().cells] == ["skipped", "skipped"]


def test_asked_before_it_began_it_starts_nothing(tiny: Tiny) -> None:
    before = children() if family.READABLE else set()
    stop = Stop()
    stop.set()
    witness = Witness()
    experiment = Experiment(tiny(), handlers=[witness], stop=stop)
    with pytest.raises(Stopped):
        experiment.run()
    assert not witness.of(RepetitionJudged)
    assert not family.READABLE or children() <= before


@pytest.mark.skipif(not family.READABLE, reason="threads are looked at in Linux's /proc")
def test_stopped_while_turns_are_watched_the_run_is_complete(
    tmp_path: Path, tiny: Tiny, spins: dict[str, Any]
) -> None:
    def spin_from_now_on(event: Event) -> None:
        if isinstance(event, TurnsStarted):
            (tmp_path / "spin").touch()

    witness = Witness(spin_from_now_on)
    keeper: Keeper = InMemory()
    running = Running(Experiment(tiny(job__parser=spins, turns=2), keeper, [witness]))
    running.wait_for(tmp_path / "spinning")
    running.stopped()
    assert running.raised is None
    assert not running.experiment.document().partial
    assert witness.events[-2:] == [TurnsStopped(), RunFinished("complete")]


def test_who_waits_for_a_stop_is_woken_whenever_it_was_asked_for() -> None:
    for early in (True, False):
        stop = Stop()
        if early:
            stop.set()
        descriptor = stop.fileno()
        if not early:
            assert not os.get_blocking(descriptor) or not stop.is_set()
            stop.set()
        assert os.read(descriptor, 1)
        with pytest.raises(Stopped):
            stop.wait(60)
