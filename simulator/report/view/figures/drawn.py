"""What every builder asks of the cells of a run: which can be drawn, what they are called, what is missing."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

from simulator.analysis.combinations import Combination
from simulator.report.view.columns import Shown, over_rounds, starred, with_ends
from simulator.report.view.figure import STRATEGY as STRATEGY_TONE
from simulator.report.view.figure import Panel, Tone
from simulator.report.view.parts import Column
from simulator.result.document import CellResult

JOBS_IN_FLIGHT = Shown(
    Column("in flight", "", "jobs started and not finished, at most"), lambda cell: str(cell.in_flight)
)
THROUGHPUT = with_ends("throughput", over_rounds("throughput"), heading="throughput", symbol="pages/s")
WIDE = 10.0
"""From this ratio of the longest to the shortest on times are drawn on a logarithmic scale."""

Entry = TypeVar("Entry")


def made(
    groups: Sequence[Combination],
    picture: Callable[[Combination, str], Panel | None],
    *,
    baseline_alone: bool = False,
) -> tuple[Panel, ...]:
    """Return what a builder makes of each combination, without those of which it makes nothing.

    Args:
        groups: the combinations.
        picture: makes a panel, given its name too: that of the combination, where there are several.
        baseline_alone: also of those in which only the baseline has numbers; else there is nothing to look at.
    """
    several = len(groups) > 1
    drawn = (
        picture(group, group.title if several else "")
        for group in groups
        if baseline_alone or not lonely(group)
    )
    return tuple(panel for panel in drawn if panel is not None)


def by_strategy(
    known: Iterable[Entry], cell: Callable[[Entry], CellResult], x: Callable[[Entry], float]
) -> list[list[Entry]]:
    """Return what the line of each strategy is made of, rising in x; strategies as they stand in the run."""
    found: dict[str, list[Entry]] = {}
    for entry in known:
        found.setdefault(cell(entry).strategy, []).append(entry)
    return [sorted(line, key=x) for line in found.values()]


def scale(times: Sequence[float]) -> Literal["linear", "log"]:
    """Return the scale on which times (at least one) are drawn."""
    return "log" if min(times) > 0 and max(times) >= WIDE * min(times) else "linear"


def lonely(group: Combination) -> bool:
    """Whether there are strategies, but only the baseline has numbers."""
    return len(group.cells) > 1 and all(
        cell.status != "ok" for cell in group.cells if cell.baseline_id is not None
    )


def tone(cell: CellResult) -> Tone:
    """Return the colour of its strategy."""
    return STRATEGY_TONE + cell.strategy


def ok(cells: Iterable[CellResult]) -> list[CellResult]:
    """Return the cells that have numbers."""
    return [cell for cell in cells if cell.status == "ok"]


def compared(cells: Iterable[CellResult]) -> list[CellResult]:
    """Return those that sentences compare: with equal jobs in flight; where there are none, all."""
    given = list(cells)
    return [cell for cell in given if cell.baseline_id is not None and not cell.marked] or given


def missing(cells: Sequence[CellResult]) -> tuple[str, ...]:
    """Return what stands below a table: which cells are left out and why, and what a star means."""
    found = [f"{cell.strategy}: {cell.status}: {cell.reason}" for cell in cells if cell.status != "ok"]
    found += [
        f"{starred(cell)}: {cell.in_flight} in flight, by the nature of this strategy"
        for cell in ok(cells)
        if cell.marked
    ]
    return tuple(found)


def unknown(cells: Iterable[CellResult], why: str) -> tuple[str, ...]:
    """Return a note on cells that have numbers, but not the one that is drawn; none where there are none."""
    names = ", ".join(map(starred, cells))
    return (f"{names}: {why}",) if names else ()
