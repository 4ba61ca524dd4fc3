"""What charts have in common: how a figure is made of what each shows of a combination, and of which cells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from simulator.analysis.combinations import Combination, along, combinations, contrasted
from simulator.measures.factors import STRATEGY
from simulator.report.view.columns import Shown, headed, over_rounds, starred, with_ends
from simulator.report.view.figure import STRATEGY as STRATEGY_TONE
from simulator.report.view.figure import Axis, Bar, Bars, Figure, Line, Panel, Shape, Spot, Tone
from simulator.report.view.figures.scales import on_one_scale
from simulator.report.view.parts import Column, Table
from simulator.report.view.rounds import titled
from simulator.result.document import CellResult, ResultDocument
from simulator.stats.intervals import Interval
from simulator.text.numbers import number

JOBS_IN_FLIGHT = Shown(
    Column("in flight", "", "jobs started and not finished, at most"), lambda cell: str(cell.in_flight)
)
_PREDICTED = Shown(
    Column("predicted", "pages/s", "throughput, from what one job needs alone"),
    lambda cell: number(None if cell.predicted is None else cell.predicted.throughput_per_s.median),
)
THROUGHPUT = with_ends("throughput", over_rounds("throughput"), heading="throughput", symbol="pages/s")
PREDICTED = "predicted, from one job alone"
"""What marks across bars and dotted lines are."""
WIDE = 10.0
"""From this ratio of the longest to the shortest on times are drawn on a logarithmic scale."""

Value = TypeVar("Value")
Known = Sequence[tuple[CellResult, Value]]
"""Cells that have what is drawn, each with it."""


@dataclass(frozen=True)
class Picture:
    """What is shown of one combination: a shape, a sentence, and every number that is drawn."""

    shape: Shape
    summary: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    title: str = ""
    """Of the table; empty: the chart's, with that of the combination."""


@dataclass(frozen=True)
class Chart:
    """A question, and how each combination answers it."""

    id: str
    title: str
    question: str
    picture: Callable[[Combination, ResultDocument], Picture | None]
    """Null where nothing can be drawn of it."""
    notes: tuple[str, ...] = ()
    over: str = ""
    """The factor along which lines run; empty: none."""
    baseline_alone: bool = False
    """Also of combinations in which only the baseline has numbers; else there is nothing to look at."""

    def build(self, document: ResultDocument) -> Figure | None:
        """Return the figure; null where nothing can be drawn of any combination."""
        groups = along(document, self.over) if self.over else combinations(document)
        panels = []
        for group in groups:
            found = self.picture(group, document) if self.baseline_alone or not lonely(group) else None
            if found is not None:
                title = titled(found.title or f"{self.title}: {group.title}", group.cells)
                columns = headed(found.columns, group.contrast)
                table = Table(title, columns, found.rows, found.notes, found.findings)
                panels.append(
                    Panel(group.title if len(groups) > 1 else "", found.shape, found.summary, table)
                )
        contrast = contrasted(document)
        question = self.question.replace(STRATEGY, contrast)
        return Figure(self.id, self.title, question, on_one_scale(panels), self.notes) if panels else None


def having(cells: Iterable[CellResult], value: Callable[[CellResult], Value | None]) -> Known[Value]:
    """Return the cells that have numbers, and among them this one."""
    pairs = ((cell, value(cell)) for cell in ok(cells))
    return [(cell, found) for cell, found in pairs if found is not None]


def bars(
    known: Known[Interval],
    axis: Axis,
    reference: tuple[float, str] | None,
    mark: Callable[[CellResult], float | None] = lambda _: None,
) -> Bars:
    """Return a bar for each cell, with its interval and perhaps what is predicted of it."""
    made = tuple(Bar(found.median, found.low, found.high, tone(cell), mark(cell)) for cell, found in known)
    marked = any(bar.mark is not None for bar in made)
    return Bars(tuple(starred(cell) for cell, _ in known), made, axis, reference, PREDICTED if marked else "")


def by_strategy(known: Known[Value], x: Callable[[CellResult], float]) -> list[Known[Value]]:
    """Return what the line of each strategy is made of, rising in x; strategies as they stand in the run.

    None where no line has two points.
    """
    found: dict[str, list[tuple[CellResult, Value]]] = {}
    for cell, value in known:
        found.setdefault(cell.name, []).append((cell, value))
    lines: list[Known[Value]] = [sorted(line, key=lambda pair: x(pair[0])) for line in found.values()]
    return lines if any(len(line) > 1 for line in lines) else []


def lines(
    ordered: Iterable[Known[Value]], spots: Callable[[CellResult, Value], Sequence[Spot]]
) -> tuple[Line, ...]:
    """Return a line for each strategy.

    Args:
        ordered: what each is made of.
        spots: what is drawn of one cell.
    """
    return tuple(
        Line(
            starred(line[0][0]),
            tone(line[0][0]),
            tuple(s for cell, value in line for s in spots(cell, value)),
        )
        for line in ordered
    )


def predicted_per_s(cell: CellResult) -> float | None:
    """Return the throughput that is predicted of a cell."""
    return None if cell.predicted is None else cell.predicted.throughput_per_s.median


def predicted_lines(
    ordered: Iterable[Known[Value]],
    x: Callable[[CellResult], float],
    y: Callable[[CellResult], float | None] = predicted_per_s,
) -> tuple[Line, ...]:
    """Return a line of what is predicted for each strategy of which two or more are known.

    Args:
        ordered: what each strategy's line of measured ones is made of.
        x: where a cell stands.
        y: what is predicted of it; null: nothing is.
    """
    found = []
    for line in ordered:
        spots = tuple(Spot(x(cell), value) for cell, _ in line if (value := y(cell)) is not None)
        if len(spots) > 1:
            found.append(Line(starred(line[0][0]), tone(line[0][0]), spots, PREDICTED))
    return tuple(found)


def with_predicted(table: tuple[Shown, ...], cells: Iterable[CellResult]) -> tuple[Shown, ...]:
    """Return the columns of a table with that of the predicted throughput, where something is predicted."""
    return (*table, _PREDICTED) if any(cell.predicted is not None for cell in cells) else table


def scale(times: Sequence[float]) -> Literal["linear", "log"]:
    """Return the scale on which times (at least one) are drawn."""
    return "log" if min(times) > 0 and max(times) >= WIDE * min(times) else "linear"


def lonely(group: Combination) -> bool:
    """Whether there are strategies, but only the baseline has numbers."""
    rivals = [cell for cell in group.cells if cell.baseline_id is not None]
    return bool(rivals) and all(cell.status != "ok" for cell in rivals)


def tone(cell: CellResult) -> Tone:
    """Return the colour of its strategy."""
    return STRATEGY_TONE + cell.name


def ok(cells: Iterable[CellResult]) -> list[CellResult]:
    """Return the cells that have numbers."""
    return [cell for cell in cells if cell.status == "ok"]


def compared(cells: Iterable[CellResult]) -> list[CellResult]:
    """Return those that sentences compare: with equal jobs in flight; where there are none, all."""
    given = list(cells)
    return [cell for cell in given if cell.baseline_id is not None and not cell.marked] or given


def missing(cells: Sequence[CellResult]) -> tuple[str, ...]:
    """Return what stands below a table: which cells are left out and why, and what a star means."""
    found = [f"{cell.name}: {cell.status}: {cell.reason}" for cell in cells if cell.status != "ok"]
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
