"""The tables of open arrivals: what came, what was done, what waited, how long jobs took."""

from collections.abc import Sequence

from simulator.report.view.columns import WHO, Shown, columns_of, measured, row_of
from simulator.report.view.parts import Column, Table
from simulator.report.view.rounds import titled
from simulator.report.view.sureness import response_table
from simulator.result.document import CellResult
from simulator.text.numbers import NONE

_TOLD = {True: "yes", False: "no", None: "not told"}
KEEPS_UP = Shown(
    Column("keeps up", "", "whether the backlog stays small, or grows as long as jobs come", numeric=False),
    lambda cell: NONE if cell.arrivals is None else _TOLD[cell.arrivals.keeps_up],
)

_SHOWN = (
    WHO,
    measured("offered"),
    measured("throughput", "records ready per second: median over the rounds", heading="done"),
    *map(measured, ("queue", "backlog", "dispatcher_late")),
    KEEPS_UP,
)
COLUMNS = columns_of(_SHOWN)


def arrivals_tables(title: str, cells: Sequence[CellResult]) -> list[Table]:
    """Return the tables for one combination of levels, none for closed arrivals."""
    rows = tuple(row_of(_SHOWN, cell) for cell in cells if cell.arrivals is not None)
    if not rows:
        return []
    came = Table(titled(f"{title}: jobs come by themselves", cells), COLUMNS, rows, (), ())
    response = response_table(title, cells)
    return [came] if response is None else [came, response]
