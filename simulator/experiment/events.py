"""What happens while a scenario is measured, as data: sentences are for those who show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.result.attribution import Timeline
from simulator.result.repetition import Repetition
from simulator.result.run import RunHeader, RunStatus
from simulator.result.samples import Samples


@dataclass(frozen=True)
class RunStarted:
    """The servers can be had, and measuring begins."""

    header: RunHeader
    resumed: bool
    """It goes on where it was interrupted."""


@dataclass(frozen=True)
class EnvironmentStarted:
    """An environment is made for a runtime, which takes a while."""

    runtime: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class CalibrationStarted:
    """A cell's job is run alone, if that was not done for another cell."""

    cell_id: str
    parser: str
    runtime: str | None


@dataclass(frozen=True)
class CellCalibrated:
    """What one parse and one request cost, and how many parses make the parse cost."""

    cell_id: str
    calibration: Mapping[str, Any]


@dataclass(frozen=True)
class CellPlanned:
    """A cell can be run, and will take about so long."""

    cell_id: str
    pages: int | None
    """Jobs of a repetition; null: as many as fit the duration."""
    window_s: float
    """How long its window is expected to be open."""
    repetition_s: float
    """And a repetition to take in all."""


@dataclass(frozen=True)
class RepetitionStarted:
    """A cell is run once."""

    cell_id: str
    round: int
    why: str
    """What it is good for, as the schedule says it."""
    done: int
    planned: int
    """Repetitions done, and in all, as far as is known now."""
    rounds_discarded: int
    left_s: float | None
    """How long it will still take, as far as can be said; null: cannot be said yet."""


@dataclass(frozen=True)
class StillRunning:
    """The repetition that started last, or is watched, goes on; at most once a second."""


@dataclass(frozen=True)
class RepetitionJudged:
    """A cell was run, or could not be."""

    repetition: Repetition
    samples: Samples | None
    """Null where nothing was measured."""


@dataclass(frozen=True)
class RepetitionDiscarded:
    """A repetition of a disturbed round counts no more: the round is done again."""

    repetition: Repetition


@dataclass(frozen=True)
class Measured:
    """No more repetitions are measured."""

    status: RunStatus
    repetitions: int


@dataclass(frozen=True)
class TurnsChosen:
    """Cells are run once more, not measured, to see who runs when."""

    cell_ids: tuple[str, ...]
    left_out: int
    """Cells that could be watched as well."""


@dataclass(frozen=True)
class TurnsStarted:
    """One of them is run."""

    cell_id: str


@dataclass(frozen=True)
class TurnsWatched:
    """Who ran when in a cell."""

    cell_id: str
    turns: Timeline


@dataclass(frozen=True)
class TurnsNotSeen:
    """Why it could not be seen."""

    cell_id: str
    reason: str


@dataclass(frozen=True)
class TurnsStopped:
    """Watching was given up as was asked; the run is complete."""


@dataclass(frozen=True)
class HandlerFailed:
    """A handler of events failed and gets no more of them; the run is none the worse."""

    handler: str
    reason: str


@dataclass(frozen=True)
class RunFinished:
    """The last event of a run that started."""

    status: RunStatus


Event = (
    RunStarted
    | EnvironmentStarted
    | CalibrationStarted
    | CellCalibrated
    | CellPlanned
    | RepetitionStarted
    | StillRunning
    | RepetitionJudged
    | RepetitionDiscarded
    | Measured
    | TurnsChosen
    | TurnsStarted
    | TurnsWatched
    | TurnsNotSeen
    | TurnsStopped
    | HandlerFailed
    | RunFinished
)
