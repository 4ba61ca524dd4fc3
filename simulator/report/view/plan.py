"""What would be run, and how long it will take: `run --dry-run`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.measures.factors import CASE
from simulator.report.view.columns import STRATEGY
from simulator.report.view.parts import Column, Part, Table, Verdict
from simulator.text.numbers import clock, number, share
from simulator.text.words import counted

COLUMNS = (
    STRATEGY,
    Column("in flight", "", "jobs started and not finished"),
    Column("pages", "", "jobs of one repetition; – where its duration is fixed"),
    Column("window", "s", "predicted, the slowest that it should be"),
    Column("repetition", "s", "predicted, start-up and end included"),
)


@dataclass(frozen=True)
class PlannedRow:
    """One cell of a plan."""

    levels: Mapping[str, Any]
    """Its factors but for strategy and in_flight."""
    strategy: str
    in_flight: int
    pages: int | None
    window_s: float
    total_s: float


@dataclass(frozen=True)
class Plan:
    """What a run would do."""

    name: str
    rounds: int
    precision: float | None
    budget_s: float | None
    rows: tuple[PlannedRow, ...]
    left_out: tuple[str, ...]
    """Cells that cannot be run here, each with its reason."""


def build_plan(plan: Plan) -> tuple[Part, ...]:
    """Return the parts of a plan: how long it takes, then a table for each combination of levels."""
    groups: dict[str, list[PlannedRow]] = {}
    for row in plan.rows:
        title = ", ".join(str(v) if k == CASE else f"{k} {v}" for k, v in row.levels.items()) or plan.name
        groups.setdefault(title, []).append(row)
    tables = tuple(
        Table(title, COLUMNS, tuple(_cells(row) for row in rows), (), ()) for title, rows in groups.items()
    )
    return (Verdict(f"{plan.name}: not run, only planned", _sentences(plan)), *tables)


def _sentences(plan: Plan) -> tuple[str, ...]:
    once_s = sum(row.total_s for row in plan.rows)
    rounds = counted(plan.rounds, "round")
    said = [
        (
            f"{len(plan.rows)} cells × {rounds} = {len(plan.rows) * plan.rounds} repetitions, about"
            f" {clock(once_s * plan.rounds)}, start-up included."
        )
    ]
    if plan.precision is not None:
        end = ", or the budget ends" if plan.budget_s is not None else ""
        said.append(
            f"Those are the least: it goes on until the ratios are known to ±{share(plan.precision)}{end}."
        )
    if plan.budget_s is not None:
        said.append(f"The budget is {clock(plan.budget_s)}; jobs are sized so that the planned rounds fit.")
    said.append(
        "Rounds that something disturbs from outside are done again, as many as were planned at most."
    )
    said.extend(plan.left_out)
    return tuple(said)


def _cells(row: PlannedRow) -> tuple[str, ...]:
    return (
        row.strategy,
        str(row.in_flight),
        number(row.pages),
        number(row.window_s),
        number(row.total_s),
    )
