"""What happens while a scenario is measured, as data: sentences are for those who show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.result.attribution import Timeline
from simulator.result.calibration import Calibration
from simulator.result.repetition import Repetition
from simulator.result.run import RunHeader, RunStatus
from simulator.result.samples import Samples
from simulator.schedule.reason import Reason


@dataclass(frozen=True)
class Event:
    """Something that happened."""


@dataclass(frozen=True)
class RunStarted(Event):
    """The servers can be had, and measuring begins."""

    header: RunHeader
    resumed: bool
    """It goes on where it was interrupted."""


@dataclass(frozen=True)
class EnvironmentStarted(Event):
    """An environment is made for a runtime, which takes a while."""

    runtime: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class CalibrationStarted(Event):
    """A cell's job is run alone, if that was not done for another cell."""

    cell_id: str
    parser: str
    runtime: str | None


@dataclass(frozen=True)
class CellPlanned(Event):
    """A cell can be run; how long, is a prediction."""

    cell_id: str
    calibration: Calibration
    """What one parse and one request cost, and the jobs of a repetition, as stored and shown."""
    window_s: float
    repetition_s: float
    """The window, and all that is around it."""


@dataclass(frozen=True)
class RepetitionStarted(Event):
    """A cell is run once."""

    cell_id: str
    round: int
    why: Reason | None
    """What it is good for."""
    done: int
    planned: int
    """Repetitions done, and in all, as far as is known now."""
    rounds_discarded: int
    left_s: float | None
    """How long it will still take, as far as can be said; null: cannot be said yet."""
    machine: str | None = None
    """On which it is run, where a run is spread over several."""


@dataclass(frozen=True)
class StillRunning(Event):
    """The repetition that started last, or is watched, goes on; at most once a second."""


@dataclass(frozen=True)
class RepetitionJudged(Event):
    """A cell was run, or could not be."""

    repetition: Repetition
    samples: Samples | None
    """Null where nothing was measured."""


@dataclass(frozen=True)
class RepetitionRevised(Event):
    """A repetition of a disturbed round counts no more, since the round is done again; or it counts after all."""

    repetition: Repetition


@dataclass(frozen=True)
class Measured(Event):
    """No more repetitions are measured."""

    status: RunStatus
    repetitions: int


@dataclass(frozen=True)
class TurnsChosen(Event):
    """Cells are run once more, not measured, to see who runs when."""

    cell_ids: tuple[str, ...]
    left_out: int
    """Cells that could be watched as well."""


@dataclass(frozen=True)
class TurnsStarted(Event):
    """One of them is run."""

    cell_id: str


@dataclass(frozen=True)
class TurnsWatched(Event):
    """Who ran when in a cell, or why it could not be seen."""

    cell_id: str
    turns: Timeline | None
    reason: str = ""


@dataclass(frozen=True)
class TurnsStopped(Event):
    """Watching was given up as was asked; the run is complete."""


@dataclass(frozen=True)
class UnitStarted(Event):
    """Of a run that is spread over machines: one begins to measure a combination, or goes on with it."""

    machine: str
    cell_ids: tuple[str, ...]
    done: int
    units: int
    """Combinations that are done, and in all; those that share a baseline count as one."""


@dataclass(frozen=True)
class UnitEnded(Event):
    """It has measured it, or was stopped."""

    machine: str
    cell_ids: tuple[str, ...]
    done: int
    units: int
    complete: bool


@dataclass(frozen=True)
class MachineFound(Event):
    """A machine joins a run that is spread."""

    machine: str
    about: Mapping[str, Any]


@dataclass(frozen=True)
class MachineWaits(Event):
    """Another run measures on it."""

    machine: str


@dataclass(frozen=True)
class MachineLost(Event):
    """A machine does not answer, or cannot measure; its combination is measured again."""

    machine: str
    reason: str


@dataclass(frozen=True)
class HandlerFailed(Event):
    """A handler of events failed and gets no more of them; the run is none the worse."""

    handler: str
    reason: str


@dataclass(frozen=True)
class RunFinished(Event):
    """The last event of a run that started."""

    status: RunStatus
