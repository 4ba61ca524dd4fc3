"""Keeping a run in the results database as long as that works; what comes after that, in memory."""

from collections.abc import Callable

from simulator.experiment.events import (
    CellCalibrated,
    Event,
    Measured,
    RepetitionDiscarded,
    RepetitionJudged,
    RunStarted,
    TurnsWatched,
)
from simulator.experiment.keeper import InMemory
from simulator.result.run import RunHeader
from simulator.result.samples import Samples
from simulator.store import SampleReader, Store, StoreError


class InStore:
    """Keeps a run in an open database.

    Args:
        store: the database; raw samples are read from it also after it was closed.
        on_failure: called once, when it fails in mid-run.
    """

    name = "the results database"

    def __init__(self, store: Store, on_failure: Callable[[StoreError], None]) -> None:
        self._store = store
        self._on_failure = on_failure
        self._run_id = ""
        self._rest = InMemory()
        self.failed = False
        """The database lacks what was measured since."""

    def start(self, header: RunHeader) -> None:
        """Get ready for this run."""
        self._run_id = header.id
        self._reader = SampleReader(self._store.path, header.id)

    def handle_event(self, event: Event) -> None:
        """Keep what happened. Raises StoreError at the start only: nothing has been measured yet, nothing is lost."""
        if isinstance(event, RunStarted):
            if event.resumed:
                self._store.resume(self._run_id)
            else:
                self._store.begin(event.header)
            self._reader.open()
            return
        if not self.failed:
            try:
                self._keep(event)
            except StoreError as error:
                self._fail(error)
        if self.failed:
            self._rest.handle_event(event)

    def shutdown(self) -> None:
        """Leave the database open: whoever opened it closes it."""

    def samples(self, cell_id: str, round_: int) -> Samples | None:
        """Return the raw samples of a repetition; null also where the database cannot be read any more."""
        known = self._rest.samples(cell_id, round_)
        if known is not None:
            return known
        try:
            return self._reader(cell_id, round_)
        except StoreError as error:
            self._fail(error)
            return None

    def _keep(self, event: Event) -> None:
        store, run_id = self._store, self._run_id
        match event:
            case CellCalibrated():
                store.calibrated(run_id, event.cell_id, event.calibration)
            case RepetitionJudged():
                store.add(run_id, event.repetition, event.samples)
            case RepetitionDiscarded():
                store.revise(run_id, event.repetition.cell_id, event.repetition.round, event.repetition)
            case TurnsWatched():
                store.keep_turns(run_id, event.cell_id, event.turns)
            case Measured():
                store.finish(run_id, event.status)

    def _fail(self, error: StoreError) -> None:
        if not self.failed:
            self.failed = True
            self._on_failure(error)
