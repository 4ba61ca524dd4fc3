"""Renders the parts of a report with rich: plain where there is no terminal, narrow where it is narrow."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from simulator.report.terminal.timeline import draw
from simulator.report.view.parts import (
    Check,
    Checks,
    Column,
    Facts,
    Fragment,
    Part,
    Remarks,
    Table,
    Timeline,
    Verdict,
)


def render(parts: Iterable[Part], console: Console) -> None:
    """Print the parts in order."""
    for part in parts:
        match part:
            case Verdict():
                _verdict(part, console)
            case Checks():
                _checks(part, console)
            case Table():
                _table(part, console)
            case Facts():
                _facts(part, console)
            case Fragment():
                _fragment(part, console)
            case Remarks():
                _remarks(part, console)
            case Timeline():
                draw(part, console)


def _verdict(verdict: Verdict, console: Console) -> None:
    console.print(Text(verdict.title, style="bold"))
    for sentence in verdict.sentences:
        console.print(_bullet(sentence, "bold green"))


_MARKS = {"held": ("✓", "bold green"), "not held": ("✗", "bold red"), "undecided": ("?", "bold yellow")}


def _checks(checks: Checks, console: Console) -> None:
    console.print()
    console.print(Text(checks.title, style="bold italic"))
    for check in checks.checks:
        mark, style = _MARKS[check.verdict]
        console.print(_bullet(_checked(check, style), style, mark=mark))


def _checked(check: Check, style: str) -> Text:
    claim = [(f"{check.claim}\n", "bold")] if check.claim else []
    condition = " ".join(check.condition.split())
    return Text.assemble(*claim, (check.verdict, style), f": {condition}\n", check.because)


def _table(table: Table, console: Console) -> None:
    console.print()
    console.print(Text(table.title, style="bold italic"))
    for block in _blocks(table, console.width):
        drawn = RichTable(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        for index in block:
            column = table.columns[index]
            # Numbers are never cut; the names of rows may be folded where there is no room for them.
            drawn.add_column(
                Text(f"{column.name}\n{column.unit}"),
                justify="right" if column.numeric else "left",
                no_wrap=column.numeric,
                overflow="fold",
            )
        for row in table.rows:
            drawn.add_row(*(Text(row[index]) for index in block))
        console.print(drawn)
    for finding in table.findings:
        console.print(_bullet(finding, "cyan"))
    for note in table.notes:
        console.print(_bullet(note, "yellow", mark="!"))


def _blocks(table: Table, width: int) -> Iterator[list[int]]:
    """Deal the columns to blocks that fit the width, below one another, each beginning with the rows' names.

    Before there is a second block, those columns go that can be spared.
    """
    widths = [_column_width(column, [row[i] for row in table.rows]) for i, column in enumerate(table.columns)]
    kept = [*range(len(widths))]
    for spared in sorted({column.spared for column in table.columns} - {0}, reverse=True):
        if sum(widths[i] + 1 for i in kept) - 1 <= width:
            break
        kept = [i for i in kept if table.columns[i].spared != spared]
    others = sum(widths[i] + 1 for i in kept[1:])
    names = min(widths[0], max(width // 3, width - others))
    block, used = [0], names
    for index in kept[1:]:
        if used + 1 + widths[index] > width and len(block) > 1:
            yield block
            block, used = [0], names
        block.append(index)
        used += 1 + widths[index]
    yield block


def _column_width(column: Column, cells: Iterable[str]) -> int:
    lines = (line for text in (column.name, column.unit, *cells) for line in text.split("\n"))
    return max(map(cell_len, lines))


def _facts(facts: Facts, console: Console) -> None:
    console.print()
    for name, value in facts.items:
        console.print(Text.assemble((f"{name}: ", "dim"), value))


def _fragment(fragment: Fragment, console: Console) -> None:
    console.print()
    console.print(Text(fragment.title, style="bold italic"))
    for line in fragment.text.splitlines():
        console.print(Text(f"  {line}"), soft_wrap=True)  # never folded: it is to be pasted


def _remarks(remarks: Remarks, console: Console) -> None:
    console.print()
    if remarks.cautions:
        console.print(Text(remarks.title, style="bold italic"))
    for caution in remarks.cautions:
        console.print(_bullet(caution, "yellow", mark="!"))
    console.print(_bullet(remarks.hint, "cyan"))


def _bullet(sentence: str | Text, style: str, mark: str = "•") -> Padding:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")  # a path or a name longer than the line is folded, never cut
    grid.add_row(Text(mark, style=style), Text(sentence) if isinstance(sentence, str) else sentence)
    return Padding(grid, (0, 0, 0, 1))
