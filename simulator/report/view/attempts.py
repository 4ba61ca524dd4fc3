"""The table of attempts: how many it took to get a page, how long jobs backed off, and what was not got."""

from collections.abc import Sequence

from simulator.report.view.columns import WHO, Shown, columns_of, measured, row_of
from simulator.report.view.parts import Column, Table
from simulator.report.view.rounds import titled
from simulator.result.document import CellResult
from simulator.text.numbers import NONE

_SHOWN = (
    WHO,
    measured("throughput", "pages that were got, per second: median over the rounds", heading="goodput"),
    *map(measured, ("attempts_per_page", "backoff", "given_up")),
    Shown(
        Column("errors", "", "of the jobs that were given up, in all valid rounds together", numeric=False),
        lambda cell: ", ".join(f"{count} × {kind}" for kind, count in sorted(cell.errors.items())) or NONE,
    ),
)


def attempts_table(title: str, cells: Sequence[CellResult]) -> list[Table]:
    """Return the table of one combination of levels; none where every first attempt got its page."""
    tried = [cell for cell in cells if cell.status == "ok" and cell.attempts_per_page is not None]
    if not any(cell.attempts_per_page != 1 or cell.given_up for cell in tried):
        return []
    rows = tuple(row_of(_SHOWN, cell) for cell in tried)
    return [Table(titled(f"{title}: attempts", tried), columns_of(_SHOWN), rows, (), ())]
