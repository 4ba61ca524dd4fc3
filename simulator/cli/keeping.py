"""Keeping a run while it goes on: in the database as long as that works, nowhere for a plan, in a file at the worst."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from simulator.cli import exits
from simulator.cli.output import write_document
from simulator.result.attribution import Timeline
from simulator.result.document import ResultDocument
from simulator.result.repetition import Repetition
from simulator.result.run import RunHeader, RunStatus
from simulator.result.samples import Samples
from simulator.store import Store, StoreError


def rescue(document: ResultDocument, errors: Console) -> None:
    """Write the result document where there is room, since the database did not take it."""
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        path = folder / f"simulator-{document.id}.json"
        try:
            write_document(document, str(path))
        except exits.Stop:
            continue
        errors.print(f"the result document is in {path}; simulator report {path} shows it", highlight=False)
        return


class Keeping:
    """Keeps a run in the database as long as that works; when it fails, says so once and goes on without."""

    def __init__(self, store: Store, errors: Console) -> None:
        self._store = store
        self._errors = errors
        self.failed = False

    def begin(self, header: RunHeader) -> None:
        """Note that a run starts. Raises StoreError: nothing has been measured yet, so nothing is lost."""
        self._store.begin(header)

    def resume(self, run_id: str) -> None:
        """Note that an interrupted run goes on. Raises StoreError: nothing new has been measured yet."""
        self._store.resume(run_id)

    def calibrated(self, run_id: str, cell_id: str, calibration: Mapping[str, Any]) -> None:
        """Keep a cell's calibration."""
        with self._surviving():
            self._store.calibrated(run_id, cell_id, calibration)

    def add(self, run_id: str, repetition: Repetition, samples: Samples | None) -> None:
        """Keep one repetition."""
        with self._surviving():
            self._store.add(run_id, repetition, samples)

    def revise(self, run_id: str, repetition: Repetition) -> None:
        """Replace a repetition's judgement."""
        with self._surviving():
            self._store.revise(run_id, repetition.cell_id, repetition.round, repetition)

    def keep_turns(self, run_id: str, cell_id: str, turns: Timeline) -> None:
        """Keep who ran when in a cell."""
        with self._surviving():
            self._store.keep_turns(run_id, cell_id, turns)

    def finish(self, run_id: str, status: RunStatus) -> None:
        """Note how the run ended."""
        with self._surviving():
            self._store.finish(run_id, status)

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        if self.failed:
            return
        try:
            yield
        except StoreError as error:
            self.failed = True
            self._errors.print(
                f"simulator: {error}; going on without the database",
                style="yellow",
                highlight=False,
                markup=False,
            )


class Nowhere:
    """Keeps nothing: what is planned and not run."""

    def begin(self, header: RunHeader) -> None:
        """Keep nothing."""

    def resume(self, run_id: str) -> None:
        """Keep nothing."""

    def calibrated(self, run_id: str, cell_id: str, calibration: Mapping[str, Any]) -> None:
        """Keep nothing."""

    def add(self, run_id: str, repetition: Repetition, samples: Samples | None) -> None:
        """Keep nothing."""

    def revise(self, run_id: str, repetition: Repetition) -> None:
        """Keep nothing."""

    def keep_turns(self, run_id: str, cell_id: str, turns: Timeline) -> None:
        """Keep nothing."""

    def finish(self, run_id: str, status: RunStatus) -> None:
        """Keep nothing."""
