"""A run to rows: one for each cell, each repetition, or each job of each repetition."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from simulator.result.document import CellResult, ResultDocument
from simulator.result.measured import MeasuredRun, measured_of
from simulator.result.repetition import Measures, Repetition, machine_of
from simulator.result.run import Run
from simulator.result.samples import DRIVER_COLUMNS, SERVER_COLUMNS, UNKNOWN, Samples

from .flatten import factor_columns, leaves, plain
from .interface import Batch, Column, Rows

_CELL = leaves(
    CellResult,
    "id",
    "status",
    "reason",
    "baseline_id",
    "in_flight",
    "marked",
    "digest",
    "timeline",
    "turns",
    "level",
)
_MEASURES = leaves(Measures, "digest")

_CELL_HEAD = (
    Column("status", "text"),
    Column("reason", "text"),
    Column("baseline_cell", "text"),
    Column("jobs_in_flight", "integer"),  # `in_flight` is the factor
    Column("marked", "boolean"),
    Column("valid_rounds", "integer"),
)
_REPETITION_HEAD = (
    Column("round", "integer"),
    Column("started_at", "text"),
    Column("status", "text"),
    Column("reason", "text"),
    Column("disturbed", "boolean"),
    Column("took_s", "number"),
    Column("python", "text"),
    Column("python_version", "text"),
    Column("free_threaded", "boolean"),
    Column("machine", "text"),
)
_TAIL = (Column("errors", "integer"), Column("digest", "text"))

_SAMPLE_HEAD = (Column("round", "integer"), Column("status", "text"))
_SPANS = (
    ("response_ns", "due_ns", "ready_ns"),  # queueing is part of it: from the planned start
    ("fetch_ns", "start_ns", "fetched_ns"),
    ("parse_ns", "parsing_ns", "parsed_ns"),
)
"""A column's name, and the clock points that it lies between."""


def cell_rows(document: ResultDocument) -> Rows:
    """Return a row for each cell, with its measures over the valid repetitions."""
    lead = _Lead(document.id, {cell.id: cell.factors for cell in document.cells})

    def row(cell: CellResult) -> list[Any]:
        head = (
            cell.status,
            cell.reason,
            cell.baseline_id,
            cell.in_flight,
            cell.marked,
            sum(r.status == "ok" for r in cell.repetitions),
        )
        return [
            *lead.of(cell.id),
            *_plain(head, _CELL_HEAD),
            *(leaf.of(cell) for leaf in _CELL),
            *_plain((_total(cell.errors), cell.digest), _TAIL),
        ]

    columns = (*lead.columns, *_CELL_HEAD, *(leaf.column for leaf in _CELL), *_TAIL)
    return Rows(columns, _one_batch([row(cell) for cell in document.cells]))


def repetition_rows(source: Run | ResultDocument) -> Rows:
    """Return a row for each repetition, with its measures, also those that do not count."""
    run = measured_of(source)
    lead = _lead(run)

    def row(repetition: Repetition) -> list[Any]:
        measures, ran_on = repetition.measures, repetition.environment
        head = (
            repetition.round,
            repetition.started_at,
            repetition.status,
            repetition.reason,
            repetition.disturbed,
            repetition.took_s,
            ran_on.get("implementation"),
            ran_on.get("version"),
            ran_on.get("free_threaded"),
            machine_of(repetition),
        )
        tail = (None, None) if measures is None else (_total(measures.errors), measures.digest)
        return [
            *lead.of(repetition.cell_id),
            *_plain(head, _REPETITION_HEAD),
            *(leaf.of(measures) for leaf in _MEASURES),
            *_plain(tail, _TAIL),
        ]

    columns = (*lead.columns, *_REPETITION_HEAD, *(leaf.column for leaf in _MEASURES), *_TAIL)
    return Rows(columns, _one_batch([row(r) for cell in run.cells for r in cell.repetitions]))


def sample_rows(run: Run) -> Rows:
    """Return a row for each job, read repetition by repetition, as the rows are asked for."""
    lead = _lead(measured_of(run))
    stored = (*DRIVER_COLUMNS, *SERVER_COLUMNS)
    numbers = (*stored, *(name for name, _, _ in _SPANS))
    columns = (
        *lead.columns,
        *_SAMPLE_HEAD,
        *(Column(name, "integer") for name in numbers),
        Column("error", "text"),
    )

    def batches() -> Iterator[Batch]:
        for repetition in run.repetitions:
            samples = run.samples(repetition.cell_id, repetition.round)
            if samples is None or not len(samples):
                continue
            same = (*lead.of(repetition.cell_id), repetition.round, repetition.status)
            yield [
                *([value] * len(samples) for value in same),
                *(_values(getattr(samples, name)) for name in stored),
                *(_span(samples, start, end) for _, start, end in _SPANS),
                _errors(samples),
            ]

    return Rows(columns, batches())


class _Lead:
    """The columns with which every row begins: run, cell, and its factors."""

    def __init__(self, run_id: str, factors: Mapping[str, Mapping[str, Any]]) -> None:
        self._factors = factor_columns(list(factors.values()))
        self.columns = (Column("run", "text"), Column("cell", "text"), *self._factors)
        self._values = {
            cell_id: (run_id, cell_id, *(plain(own.get(c.name), c.type) for c in self._factors))
            for cell_id, own in factors.items()
        }

    def of(self, cell_id: str) -> tuple[Any, ...]:
        return self._values[cell_id]


def _lead(run: MeasuredRun) -> _Lead:
    return _Lead(run.id, {cell.id: cell.factors for cell in run.cells})


def _plain(values: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
    return [plain(value, column.type) for value, column in zip(values, columns, strict=True)]


def _total(errors: Mapping[str, int]) -> int:
    return sum(errors.values())


def _one_batch(rows: list[list[Any]]) -> Iterator[Batch]:
    if rows:
        yield list(zip(*rows, strict=True))


def _values(column: np.ndarray) -> list[int | None]:
    values: list[int | None] = column.tolist()
    if not (column == UNKNOWN).any():
        return values
    return [None if value == UNKNOWN else value for value in values]


def _span(samples: Samples, start: str, end: str) -> list[int | None]:
    """Return how long it was between two clock points; null where one of them is not known."""
    first: np.ndarray = getattr(samples, start)
    last: np.ndarray = getattr(samples, end)
    known = (first != UNKNOWN) & (last != UNKNOWN)
    return _values(np.where(known, last - first, UNKNOWN))


def _errors(samples: Samples) -> list[str | None]:
    kinds = [plain(kind, "text") for kind in samples.error_kinds]
    return [None if code == UNKNOWN else kinds[code] for code in samples.error.tolist()]
