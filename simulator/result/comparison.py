"""Two runs compared: what `compare --json` writes and `schema comparison` describes. Pure data.

History of "simulator.comparison/1" (it may gain keys and never changes them):
    0.2.0  first version
    0.5.0  `metric` may be any measure of which more, or less, is better; `unit` is empty where it is a plain number
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, WithJsonSchema

from simulator.measures.registry import RANKING
from simulator.stats.intervals import Interval

from .schema import json_schema

SCHEMA = "simulator.comparison/1"

MetricName = Annotated[str, WithJsonSchema({"type": "string", "enum": [*RANKING]})]
ComparisonVerdict = Literal[
    "faster", "slower", "more", "less", "no difference", "cannot tell", "only in A", "only in B"
]


@dataclass(frozen=True)
class Side:
    """One cell in one of the two runs."""

    rounds: int
    """Valid repetitions."""
    median: float | None
    """Of the metric over them, in its unit; null where there is none."""


@dataclass(frozen=True)
class CellComparison:
    """One cell, B against A. All ratios are B / A."""

    id: str
    factors: Mapping[str, Any]
    verdict: ComparisonVerdict
    reason: str | None
    """Why it is that verdict, where the numbers alone do not say."""
    regression: bool
    """Worse in B by more than the tolerance, beyond the change of the machine's own speed."""
    a: Side | None
    b: Side | None
    ratio: Interval | None
    """Of the metric; `range` where a side has fewer than three valid rounds."""
    adjusted: Interval | None
    """What is left of the ratio after as much of the machine's own change as may explain it: decides the verdict."""
    machine_speed: Interval | None
    """Of the machine, by the spins around this cell's valid repetitions; above 1: it was faster in B."""
    parse_work: float | None
    """How much parsing per page the two calibrations asked for; null where there is no calibration."""


@dataclass(frozen=True)
class ComparedRun:
    """Which run was compared."""

    id: str
    name: str
    started_at: str
    """UTC, ISO 8601."""


@dataclass(frozen=True)
class Comparison:
    """Run B compared with run A."""

    schema: str
    metric: MetricName
    unit: str
    tolerance: float
    """By how much worse B may be before it is a regression; 0.05 is 5 %."""
    a: ComparedRun
    b: ComparedRun
    across: tuple[str, ...]
    """How machine and Python of the two differ; empty unless that was allowed."""
    cautions: tuple[str, ...]
    """What else differs and may explain a difference."""
    machine_speed: Interval | None
    """Of the machine, over all cells that were compared, from round to round."""
    cells: tuple[CellComparison, ...]


def decided(comparison: Comparison) -> tuple[CellComparison, ...]:
    """Return the cells of which it could be told whether they differ."""
    undecided = ("cannot tell", "only in A", "only in B")
    return tuple(cell for cell in comparison.cells if cell.verdict not in undecided)


def regressions(comparison: Comparison) -> tuple[CellComparison, ...]:
    """Return the cells that are worse in B by more than the tolerance."""
    return tuple(cell for cell in comparison.cells if cell.regression)


_ADAPTER: TypeAdapter[Comparison] = TypeAdapter(Comparison)


def comparison_json(comparison: Comparison) -> str:
    """Return the comparison as JSON text."""
    return json.dumps(
        _ADAPTER.dump_python(comparison, mode="json"), indent=1, allow_nan=False, ensure_ascii=False
    )


def comparison_schema() -> dict[str, Any]:
    """Return the JSON Schema of the comparison."""
    return json_schema(Comparison)
