"""The table of all measures for the documents, in Markdown."""

from collections.abc import Iterator

from simulator.measures.dimension import DURATION, PLAIN, RATE, SIZE
from simulator.measures.measure import Measure
from simulator.measures.registry import CROSSOVER, MEASURES

_KINDS = {RATE: "rate", DURATION: "duration", SIZE: "size", PLAIN: "number"}


def reference() -> Iterator[str]:
    """Yield the lines: a row for each measure, and below the table what the letters of its last column stand for."""
    reasons = list(dict.fromkeys(row.lacking for row in MEASURES.values()))
    letters = {reason: chr(ord("a") + number) for number, reason in enumerate(reasons)}
    yield "| name | unit | better | what it is | over the rounds | in a cell | null |"
    yield "|---|---|---|---|---|---|---|"
    for row in MEASURES.values():
        name = f"`{row.name}`" + ("" if row.column == row.name else f" ({row.column})")
        better = row.better or "–"
        place = f"`{row.cell}` | {letters[row.lacking]}"
        yield f"| {name} | {_unit(row)} | {better} | {row.meaning} | {row.pooled} | {place} |"
    yield (
        f"| `{CROSSOVER}` | duration | – | of two strategies: the parse CPU per page from which on the first beats"
        " the second | – | `crossovers` | – |"
    )
    yield ""
    yield "Null when:"
    yield ""
    for reason, letter in letters.items():
        yield f"- {letter}: {reason}"


def _unit(row: Measure) -> str:
    return f"{_KINDS[row.dimension]} ({row.unit.symbol})" if row.unit.symbol else _KINDS[row.dimension]
