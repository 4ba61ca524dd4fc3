"""Renders the parts of a report with rich: plain where there is no terminal, narrow where it is narrow."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from simulator.report.parts import Facts, Part, Table, Verdict


def render(parts: Iterable[Part], console: Console) -> None:
    """Print the parts in order."""
    for part in parts:
        match part:
            case Verdict():
                _verdict(part, console)
            case Table():
                _table(part, console)
            case Facts():
                _facts(part, console)


def _verdict(verdict: Verdict, console: Console) -> None:
    console.print(Text(verdict.title, style="bold"))
    for sentence in verdict.sentences:
        console.print(_bullet(sentence, "bold green"))


def _table(table: Table, console: Console) -> None:
    console.print()
    drawn = RichTable(
        title=Text(table.title, style="bold"),
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        header_style="dim",
    )
    for column in table.columns:
        drawn.add_column(
            f"{column.name}\n{column.unit}",
            justify="right" if column.numeric else "left",
            no_wrap=True,
        )
    for row in table.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console.print(drawn)
    for finding in table.findings:
        console.print(_bullet(finding, "cyan"))
    for note in table.notes:
        console.print(_bullet(note, "yellow", mark="!"))


def _facts(facts: Facts, console: Console) -> None:
    console.print()
    for name, value in facts.items:
        console.print(Text.assemble((f"{name}: ", "dim"), value))


def _bullet(sentence: str, style: str, mark: str = "•") -> Padding:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column()
    grid.add_row(Text(mark, style=style), Text(sentence))
    return Padding(grid, (0, 0, 0, 1))
