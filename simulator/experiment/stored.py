"""Keeping a run in the results database as long as that works; what comes after that, in memory."""

from collections.abc import Callable

from simulator.experiment import events
from simulator.experiment.keeper import InMemory, Keeper
from simulator.result.run import RunHeader
from simulator.result.samples import Samples
from simulator.store import SampleReader, Store, StoreError


class InStore(Keeper):
    """Keeps a run in an open database.

    Args:
        store: the database; raw samples are read from it also after it was closed.
        on_failure: called once, when it fails in mid-run.
    """

    name = "the results database"

    def __init__(self, store: Store, on_failure: Callable[[StoreError], None]) -> None:
        self._store = store
        self._on_failure = on_failure
        self._rest = InMemory()
        self.failed = False
        """The database lacks what was measured since."""

    def start(self, header: RunHeader) -> None:
        """Get ready for this run."""
        self._run_id = header.id
        self._reader = SampleReader(self._store.path, header.id)

    def handle_event(self, event: events.Event) -> None:
        """Keep what happened. Raises StoreError at the start only: nothing has been measured yet, nothing is lost."""
        if isinstance(event, events.RunStarted):
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

    def _keep(self, event: events.Event) -> None:
        store, run_id = self._store, self._run_id
        match event:
            case events.CellPlanned():
                store.calibrated(run_id, event.cell_id, event.calibration)
            case events.RepetitionJudged():
                store.add(run_id, event.repetition, event.samples)
            case events.RepetitionRevised(repetition):
                store.revise(run_id, repetition.cell_id, repetition.round, repetition)
            case events.TurnsWatched(cell_id, turns) if turns is not None:
                store.keep_turns(run_id, cell_id, turns)
            case events.Measured():
                store.finish(run_id, event.status)

    def _fail(self, error: StoreError) -> None:
        if not self.failed:
            self.failed = True
            self._on_failure(error)
