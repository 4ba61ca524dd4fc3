"""What was measured of each cell, without raw samples: the common ground of a stored run and a result document."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .calibration import Calibration
from .document import ResultDocument
from .repetition import Repetition
from .run import Run


@dataclass(frozen=True)
class MeasuredCell:
    """One cell with its repetitions."""

    id: str
    factors: Mapping[str, Any]
    unsupported: str | None
    """Why it could not be run; null where it could."""
    repetitions: tuple[Repetition, ...]
    calibration: Calibration | None
    baseline_id: str | None
    """The sequential cell of the same combination; null for that cell itself."""


@dataclass(frozen=True)
class MeasuredRun:
    """A run with what was measured in it."""

    id: str
    name: str
    scenario: Mapping[str, Any]
    scenario_resolved: Mapping[str, Any] | None
    """With every default; null where that was not kept."""
    environment: Mapping[str, Any]
    started_at: str
    """UTC, ISO 8601."""
    cells: tuple[MeasuredCell, ...]
    first: int | None = None
    """Of a run that went on until its intervals were narrow enough (`precision`): its rounds before it asked."""


def measured_of(source: Run | ResultDocument) -> MeasuredRun:
    """Return what was measured, from a stored run or from a document; raw samples are not read."""
    return _of_run(source) if isinstance(source, Run) else _of_document(source)


def _of_run(run: Run) -> MeasuredRun:
    by_cell: dict[str, list[Repetition]] = defaultdict(list)
    for repetition in run.repetitions:
        by_cell[repetition.cell_id].append(repetition)
    header = run.header
    return MeasuredRun(
        id=header.id,
        name=header.name,
        scenario=header.scenario,
        scenario_resolved=header.scenario_resolved,
        environment=header.environment,
        started_at=header.started_at,
        cells=tuple(
            MeasuredCell(
                cell.id,
                cell.factors,
                cell.unsupported,
                tuple(by_cell[cell.id]),
                run.calibrations.get(cell.id),
                cell.baseline_id,
            )
            for cell in header.cells
        ),
        first=header.rounds if header.scenario.get("precision") is not None else None,
    )


def _of_document(document: ResultDocument) -> MeasuredRun:
    return MeasuredRun(
        id=document.id,
        name=str(document.scenario.get("name", document.id)),
        scenario=document.scenario,
        scenario_resolved=document.scenario_resolved,
        environment=document.environment,
        started_at=document.started_at,
        cells=tuple(
            MeasuredCell(
                cell.id,
                cell.factors,
                cell.reason or cell.status if cell.status == "unsupported" else None,
                cell.whole(),
                cell.calibration,
                cell.baseline_id,
            )
            for cell in document.cells
        ),
        first=document.scatter_rounds,
    )
