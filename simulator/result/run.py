"""A run as it is kept: what was planned, what was calibrated and every repetition; all else is derived from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .attribution import Timeline
from .calibration import Calibration
from .repetition import Repetition
from .samples import Samples

RunStatus = Literal["running", "complete", "interrupted", "failed"]
MACHINES = "machines"
"""What the environment of a run has of all machines that it was spread over."""


@dataclass(frozen=True)
class PlannedCell:
    """One cell of the plan."""

    id: str
    factors: Mapping[str, Any]
    baseline_id: str | None
    """The sequential cell of the same combination; null for that cell itself."""
    in_flight: int
    marked: bool
    unsupported: str | None
    """Why it cannot be run, known before it was tried."""


@dataclass(frozen=True)
class RunHeader:
    """What is known of a run when it starts."""

    id: str
    name: str
    scenario: Mapping[str, Any]
    """As it was written, overrides included, as JSON values; of a search, `tune` in it says what is searched for."""
    rounds: int
    environment: Mapping[str, Any]
    started_at: str
    """UTC, ISO 8601."""
    cells: tuple[PlannedCell, ...]
    scenario_resolved: Mapping[str, Any] | None = None
    """The scenario with every default in it; null in older runs."""
    label: str | None = None
    """What a person calls this run; of several that are called the same, the newest is meant."""
    note: str | None = None
    """What a person wants to remember of it."""


@dataclass(frozen=True)
class Run:
    """A run, whole or as far as it got."""

    header: RunHeader
    status: RunStatus
    calibrations: Mapping[str, Calibration]
    """By cell id."""
    repetitions: tuple[Repetition, ...]
    """In the order in which they were measured."""
    samples: Callable[[str, int], Samples | None]
    """(cell id, round) -> that repetition's raw samples, read when they are needed."""
    turns: Mapping[str, Timeline] = field(default_factory=dict)
    """By cell id: a stretch of one more repetition, not measured, in which it was seen who ran when."""
