"""What every builder asks of the cells of a run: which can be drawn, what they are called, what is missing."""

from collections.abc import Callable, Iterable, Sequence

from simulator.report.combinations import Combination
from simulator.report.figure import Panel, Tone
from simulator.report.parts import Column
from simulator.result.document import CellResult

STRATEGY = Column("strategy", "", "how the jobs share the machine", numeric=False)


def made(groups: Iterable[Combination], picture: Callable[[Combination], Panel | None]) -> tuple[Panel, ...]:
    """Return what a builder makes of each combination, without those of which it makes nothing.

    Where all strategies failed but the baseline, there is nothing to look at.
    """
    drawn = (picture(group) for group in groups if not lonely(group))
    return tuple(panel for panel in drawn if panel is not None)


def lonely(group: Combination) -> bool:
    """Whether there are strategies, but only the baseline has numbers."""
    return len(group.cells) > 1 and all(
        cell.status != "ok" for cell in group.cells if cell.baseline_id is not None
    )


def headline(group: Combination, groups: int) -> str:
    """Return the name of a panel: of its combination, where there are several."""
    return group.title if groups > 1 else ""


def strategy(cell: CellResult) -> str:
    """Return the strategy's name."""
    return str(cell.factors["strategy"])


def starred(cell: CellResult) -> str:
    """Return the strategy's name, with a star where its jobs in flight differ by its nature."""
    return strategy(cell) + ("*" if cell.marked else "")


def tone(cell: CellResult) -> Tone:
    """Return the colour of its strategy."""
    return f"strategy:{strategy(cell)}"


def ok(cells: Iterable[CellResult]) -> list[CellResult]:
    """Return the cells that have numbers."""
    return [cell for cell in cells if cell.status == "ok"]


def compared(cells: Iterable[CellResult]) -> list[CellResult]:
    """Return those that sentences compare: with equal jobs in flight; where there are none, all."""
    given = list(cells)
    return [cell for cell in given if cell.baseline_id is not None and not cell.marked] or given


def missing(cells: Sequence[CellResult]) -> tuple[str, ...]:
    """Return what stands below a table: which cells are left out and why, and what a star means."""
    found = [f"{strategy(cell)}: {cell.status}: {cell.reason}" for cell in cells if cell.status != "ok"]
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
