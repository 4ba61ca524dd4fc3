"""The table of open arrivals: what came, what was done, what waited."""

from collections.abc import Sequence

from simulator.report.numbers import NONE, ms, number
from simulator.report.parts import Column, Table
from simulator.result.document import CellResult

COLUMNS = (
    Column("strategy", "", "how the jobs share the machine", numeric=False),
    Column("come", "/s", "jobs that came per second: planned, whoever was free"),
    Column("done", "/s", "records ready per second: median over the rounds"),
    Column("queue", "ms", "mean time from the planned start of a job to its start"),
    Column("backlog", "", "most jobs at a time that were due and had no worker"),
    Column("late", "ms", "the highest percentile of the dispatcher's own lateness with 10 samples beyond it"),
    Column("keeps up", "", "whether the backlog stays small, or grows as long as jobs come", numeric=False),
)


def arrivals_tables(title: str, cells: Sequence[CellResult]) -> list[Table]:
    """Return the table for one combination of levels, none for closed arrivals."""
    rows = tuple(_row(cell) for cell in cells if cell.arrivals is not None)
    if not rows:
        return []
    return [
        Table(title=f"{title}: jobs come by themselves", columns=COLUMNS, rows=rows, notes=(), findings=())
    ]


def _row(cell: CellResult) -> tuple[str, ...]:
    arrivals = cell.arrivals
    assert arrivals is not None  # noqa: S101 - the caller chose the cells by it
    return (
        str(cell.factors["strategy"]) + ("*" if cell.marked else ""),
        NONE if arrivals.offered_per_s is None else number(arrivals.offered_per_s),
        NONE if cell.throughput_per_s is None else number(cell.throughput_per_s.median),
        ms(arrivals.queue_s),
        str(arrivals.backlog_max),
        ms(arrivals.dispatcher_late_tail_s),
        {True: "yes", False: "no", None: "not told"}[arrivals.keeps_up],
    )
