"""How many rounds numbers are over."""

from collections.abc import Iterable

from simulator.result.document import CellResult
from simulator.text.words import counted


def titled(title: str, cells: Iterable[CellResult]) -> str:
    """Return the title of a table, with how many rounds count of the cells that have numbers."""
    valid = [
        sum(repetition.status == "ok" for repetition in cell.repetitions)
        for cell in cells
        if cell.status == "ok"
    ]
    if not valid:
        return title
    least, most = min(valid), max(valid)
    return f"{title}, {counted(most, 'round') if least == most else f'{least} to {most} rounds'}"
