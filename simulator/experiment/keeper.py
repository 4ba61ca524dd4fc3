"""Where a run is kept while it goes on."""

from collections.abc import Mapping
from typing import Any, Protocol

from simulator.result.attribution import Timeline
from simulator.result.repetition import Repetition
from simulator.result.run import RunHeader, RunStatus
from simulator.result.samples import Samples


class Keeper(Protocol):
    """The results database, or memory when that fails."""

    def begin(self, header: RunHeader) -> None:
        """Note that a run starts."""

    def resume(self, run_id: str) -> None:
        """Note that an interrupted run goes on in this process."""

    def calibrated(self, run_id: str, cell_id: str, calibration: Mapping[str, Any]) -> None:
        """Keep a cell's calibration."""

    def add(self, run_id: str, repetition: Repetition, samples: Samples | None) -> None:
        """Keep one repetition, whole or not at all."""

    def revise(self, run_id: str, repetition: Repetition) -> None:
        """Replace a repetition's judgement."""

    def keep_turns(self, run_id: str, cell_id: str, turns: Timeline) -> None:
        """Keep who ran when in a cell."""

    def finish(self, run_id: str, status: RunStatus) -> None:
        """Note how the run ended."""
