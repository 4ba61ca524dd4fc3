"""Two runs compared: what `compare --json` writes and `schema comparison` describes. Pure data.

History of "simulator.comparison/1" (it may gain keys and never changes them):
    0.2.0  first version
    0.5.0  `metric` may be any measure; `unit` is empty where it is a plain number; baseline_id, by,
           memory_speed, felt, would_show, beyond and p of a cell; memory_speed of the comparison
    0.7.0  run, and commit of a side: A and B are revisions, measured side by side; status of a cell's side
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, WithJsonSchema

from simulator.measures.registry import MEASURES
from simulator.stats.intervals import Interval

from .document import CellStatus
from .schema import json_schema

SCHEMA = "simulator.comparison/1"

MetricName = Annotated[str, WithJsonSchema({"type": "string", "enum": [*MEASURES]})]
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
    status: CellStatus = "ok"
    """As of a cell in the result document."""


@dataclass(frozen=True)
class CellComparison:
    """One cell, B against A. All ratios are B / A."""

    id: str
    factors: Mapping[str, Any]
    verdict: ComparisonVerdict
    reason: str | None
    """Why it is that verdict, where the numbers alone do not say."""
    regression: bool
    """Worse in B: `adjusted` lies wholly beyond the tolerance, and does so with the number of cells accounted for."""
    a: Side | None
    b: Side | None
    ratio: Interval | None
    """Of what `by` says; `range` where a side has fewer than three valid rounds."""
    adjusted: Interval | None
    """What is left of the ratio after as much of the machine's own change as may explain it: decides the verdict."""
    machine_speed: Interval | None
    """Of the machine, by the spins around this cell's valid repetitions; above 1: it was faster in B."""
    parse_work: float | None
    """How much parsing per page the two calibrations asked for; null where there is no calibration."""
    baseline_id: str | None = None
    """The sequential cell of the same combination; null for that cell itself."""
    by: Literal["metric", "speedup"] = "metric"
    """What is compared: the metric itself, or pages/s over those of the baseline in the same round."""
    memory_speed: Interval | None = None
    """Of its memory, by the passes over it before these repetitions; null where either run lacks them."""
    felt: float | None = None
    """At which power of the machine's speed the ratio may follow at the most; nothing, at the least."""
    would_show: float | None = None
    """The smallest change that would have been told from none: half the width of `adjusted`; 0.021 is 2.1 %."""
    beyond: bool = False
    """`adjusted` lies wholly beyond the tolerance; of many cells one may by chance."""
    p: float | None = None
    """Chance of such a ratio or a worse one if B were just as much worse as is tolerated; null: nothing is worse."""


@dataclass(frozen=True)
class ComparedRun:
    """Which run was compared, or which revision."""

    id: str
    """Of a revision, how it was written."""
    name: str
    started_at: str
    """UTC, ISO 8601."""
    commit: str | None = None
    """Of a revision; null: it is a run."""


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
    memory_speed: Interval | None = None
    """Of its memory, likewise."""
    run: str | None = None
    """Id of the one run in which A and B were measured side by side, so that ratios are paired by round; then neither
    speed of the machine is known, for both had the same. Null: two runs."""


def decided(comparison: Comparison) -> tuple[CellComparison, ...]:
    """Return the cells of which it could be told whether they differ."""
    undecided = ("cannot tell", "only in A", "only in B")
    return tuple(cell for cell in comparison.cells if cell.verdict not in undecided)


def regressions(comparison: Comparison) -> tuple[CellComparison, ...]:
    """Return the cells that are surely worse in B by more than the tolerance."""
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
