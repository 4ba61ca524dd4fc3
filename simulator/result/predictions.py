"""Cells that were predicted instead of measured: what `predict --json` writes and `schema prediction` describes.

Pure data. History of "simulator.prediction/1" (it may gain keys and never changes them):
    0.7.0  first version
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from simulator.model.bounds import Resource
from simulator.stats.contrasts import Contrast
from simulator.stats.intervals import Interval

from .findings.answers import FallsBehind, KeepsUp, Soonest, Winner
from .prediction import Band, Prediction
from .rules import RuleOfThumb
from .schema import json_schema

SCHEMA = "simulator.prediction/1"


@dataclass(frozen=True)
class PredictedCell:
    """One cell."""

    id: str
    factors: Mapping[str, Any]
    """Dotted path → level, always with `strategy` and `in_flight`."""
    baseline_id: str | None
    """The sequential cell of the same combination; null for that cell itself."""
    in_flight: int
    """Jobs in flight."""
    marked: bool
    """In flight differs from the scenario's, by the strategy's nature."""
    level: str | None
    """Of the contrasted factor; null where that is the strategy."""
    predicted: Prediction | None
    """Null where the model does not reach."""
    reason: str | None
    """Why there is none."""


@dataclass(frozen=True)
class PredictedCombination:
    """All levels but one factor's: its cells are compared with one another."""

    levels: Mapping[str, Any]
    cells: tuple[str, ...]
    """Ids; of strategies, the baseline first."""
    contrasts: tuple[Contrast, ...]
    """Of the best over each other with equal jobs in flight. `low` and `high` of a ratio are those of two bands that
    know nothing of one another: a verdict is a decided one only where they lie that far apart."""
    best: str | None
    recommended: str | None
    """The simplest of those that are surely as fast as the best, or slower by less than the margin."""
    contrast: str
    """The factor whose levels are compared."""
    by: str = "throughput"
    """What is compared; of those that keep up with jobs that come by themselves, a percentile of the response time."""


@dataclass(frozen=True)
class Gain:
    """What a virtual change does to one strategy."""

    strategy: str
    """Its name, or the level of what is contrasted."""
    in_flight: int | None
    """Jobs in flight, with the change; null where it cannot be run so."""
    per_s: float | None
    """Throughput with the change, where jobs never end."""
    ratio: float | None
    """Of that to the same without the change."""
    bound_by: Resource | None
    """What sets the bound, with the change."""
    most_in_flight: int | None
    """The fewest jobs in flight with which it does, with the change, all that it can, less the margin."""
    most_per_s: float | None
    """What that is."""
    most_ratio: float | None
    """Of that to the most that it can do without the change."""
    reason: str | None
    """Why there are no numbers."""
    keeps_up: bool | None = None
    """With jobs that come by themselves; null: closed arrivals, or too few come to tell."""
    p99_s: float | None = None
    """Of jobs that come by themselves, the response time with the change; null: closed arrivals, or more wait than are
    simulated."""
    p99_ratio: float | None = None
    """Of that to the same without the change."""


@dataclass(frozen=True)
class WhatIf:
    """A virtual change, in one combination of levels."""

    change: str
    """As it is told."""
    levels: Mapping[str, Any]
    take: str | None
    """Whom to take with the change: the simplest of those whose predicted throughput is within the margin of the
    highest or, where jobs come by themselves, of those that keep up with a response time within it of the lowest, by
    the percentile of the comparison; null: nothing is predicted, or nobody surely keeps up."""
    instead_of: str | None
    """Whom without it."""
    ratio: float | None
    """Of the throughputs of these two."""
    gains: tuple[Gain, ...]
    """Of the strategies, or levels, as they are listed; that of `sequential` first."""
    p99_ratio: float | None = None
    """Of the response times of these two, where jobs come by themselves: who keeps up does as much as comes."""


@dataclass(frozen=True)
class CheckedResponse:
    """Of jobs that come by themselves, where throughput says little: the highest percentile that was measured."""

    percentile: str
    predicted_s: Band
    measured_s: float
    of_predicted: float
    """Measured over predicted."""
    inside: bool
    """It lies in the band."""


@dataclass(frozen=True)
class Checked:
    """A cell that was predicted, and then measured."""

    id: str
    strategy: str
    levels: Mapping[str, Any]
    """Of its other factors."""
    predicted_per_s: Band
    measured_per_s: Interval | None
    """Null: no valid number."""
    of_predicted: float | None
    """Measured over predicted; null where they are not to be set beside one another."""
    inside: bool | None
    """The measured median lies in the band."""
    warnings: tuple[str, ...]
    """What to bear in mind of the measured number, as that other programs disturbed it."""
    reason: str | None
    """Why there is no valid number, or none to set it beside."""
    response: CheckedResponse | None = None
    """Null: closed arrivals, or no percentile is known of both."""


@dataclass(frozen=True)
class Check:
    """A part of the cells, drawn by the scenario's seed, that was measured after all was predicted."""

    run: str
    """Id of the run."""
    of: int
    """Cells that were predicted."""
    cells: tuple[Checked, ...]
    median_error: float | None
    """Median of |measured / predicted - 1|."""


@dataclass(frozen=True)
class PredictionDocument:
    """Cells of a scenario, predicted."""

    schema: str
    """`simulator.prediction/1`."""
    kind: Literal["prediction"]
    """Nothing in it was measured but what single jobs need, and what `check` holds."""
    name: str
    """Of the scenario."""
    run: str | None
    """Id of the run whose calibration it is made from; null: calibrated for this."""
    scenario: Mapping[str, Any]
    """As it was written, overrides included."""
    environment: Mapping[str, Any]
    """Machine, Python and libraries of the calibration."""
    made_at: str
    """When the calibration began; UTC, ISO 8601."""
    margin: float
    """The smallest difference that matters, as a share."""
    cells: tuple[PredictedCell, ...]
    combinations: tuple[PredictedCombination, ...]
    findings: tuple[Winner | KeepsUp | FallsBehind | Soonest, ...]
    """As in a run: whom to take in each combination (`winner`); where jobs come by themselves, who keeps up or does not
    (`keeps_up`, `falls_behind`), and who answers soonest (`soonest`)."""
    changes: tuple[WhatIf, ...] = ()
    rules: tuple[RuleOfThumb, ...] = ()
    """What rules of thumb would have chosen, and what that costs."""
    check: Check | None = None
    """Null: nothing was measured."""


_ADAPTER: TypeAdapter[PredictionDocument] = TypeAdapter(PredictionDocument)


def prediction_json(document: PredictionDocument) -> str:
    """Return the document as JSON text."""
    return json.dumps(
        _ADAPTER.dump_python(document, mode="json"), indent=1, allow_nan=False, ensure_ascii=False
    )


def prediction_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return json_schema(PredictionDocument)
