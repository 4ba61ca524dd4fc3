"""Columns of tables: heading, unit and explanation from the rows of the measures, and what stands in them of a cell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulator.measures.factors import STRATEGY as FACTOR
from simulator.measures.measure import POOLED, Measure, Unit
from simulator.measures.registry import MEASURES
from simulator.report.view.parts import Column
from simulator.result.document import CellResult
from simulator.text.numbers import NONE, factor, number, percent


@dataclass(frozen=True)
class Shown:
    """A column, and how a cell fills it."""

    column: Column
    text: Callable[[CellResult], str]


def measured(
    name: str,
    explanation: str = "",
    *,
    heading: str = "",
    symbol: str = "",
    text: Callable[[CellResult], str] | None = None,
) -> Shown:
    """Return the column of a measure.

    Args:
        name: of the measure.
        explanation: in place of its meaning, where what stands beside it makes another one clearer.
        heading: in place of its own, likewise.
        symbol: of its unit, likewise.
        text: in place of its value, where something else is to be read there for some cells.
    """
    measure = MEASURES[name]
    return Shown(
        Column(heading or measure.column, symbol or measure.unit.symbol, explanation or measure.meaning),
        text or (lambda cell: written(measure.of_cell(cell), measure.unit)),
    )


def with_ends(name: str, explanation: str, *, heading: str = "", symbol: str = "") -> tuple[Shown, ...]:
    """Return the columns of a measure that has an interval, its ends, and its rounds; arguments as of `measured`."""
    measure = MEASURES[name]
    shown = measured(name, explanation, heading=heading, symbol=symbol)
    interval = measure.cell.removesuffix(".median")

    def end(which: str, word: str) -> Shown:
        return Shown(
            Column(which, shown.column.unit, f"of the 95 % interval; with fewer than 3 rounds the {word}"),
            lambda cell: written(getattr(getattr(cell, interval), which, None), measure.unit),
        )

    rounds = Shown(
        Column("rounds", "", "that it is over"),
        lambda cell: str(getattr(getattr(cell, interval), "rounds", None) or NONE),
    )
    return shown, end("low", "least"), end("high", "most"), rounds


def over_rounds(name: str) -> str:
    """Return what a measure is and how it is pooled."""
    measure = MEASURES[name]
    return f"{measure.meaning}: {POOLED[measure.pooled]}"


def columns_of(table: Iterable[Shown]) -> tuple[Column, ...]:
    """Return the columns of a table."""
    return tuple(shown.column for shown in table)


def row_of(table: Iterable[Shown], cell: CellResult) -> tuple[str, ...]:
    """Return a cell's row of it."""
    return tuple(shown.text(cell) for shown in table)


def written(value: float | None, unit: Unit) -> str:
    """Return a value in base units as people read it, without the symbol of the unit."""
    if value is None:
        return NONE
    match unit.symbol[:1]:
        case "×":
            return factor(value)
        case "%":
            return percent(value)
        case _:
            return number(unit.of(value))


def with_symbol(value: float | None, measure: Measure) -> str:
    """Return a value in base units with the digits of its column, and its unit."""
    symbol = measure.unit.symbol
    if value is None or not symbol:
        return written(value, measure.unit)
    return f"{written(value, measure.unit)}{'' if symbol.startswith('/') else ' '}{symbol}"


STRATEGY = Column("strategy", "", "how the jobs share the machine", numeric=False)
"""The column that names a row."""


def headed(columns: Iterable[Column], contrast: str) -> tuple[Column, ...]:
    """Return columns, the one that names a row after the factor that is contrasted."""
    if contrast == FACTOR:
        return tuple(columns)
    named = Column(contrast, "", "what is compared", numeric=False)
    return tuple(named if column == STRATEGY else column for column in columns)


def starred(cell: CellResult) -> str:
    """Return the name of a cell in its table, with a star where its jobs in flight differ by its nature."""
    return cell.name + ("*" if cell.marked else "")


WHO = Shown(STRATEGY, starred)
