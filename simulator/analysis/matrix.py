"""The parse cost against everything else that varies: how strategies stand at each, and their crossovers by pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from simulator.analysis.combinations import Key, contrasted, key_of
from simulator.analysis.standing import Standing, standing, standings
from simulator.measures.factors import PARSE_COST, STRATEGY
from simulator.measures.varying import varying
from simulator.result.document import CellResult, Crossover, ResultDocument
from simulator.text.numbers import NONE

FEWEST = 2
"""Parse costs and rows that make a matrix."""


@dataclass(frozen=True)
class Matrix:
    """Standings by combination of the other levels (rows) and parse cost (columns)."""

    paths: tuple[str, ...]
    """The factors that vary from row to row."""
    rows: Mapping[Key, str]
    """Each combination and what it is called."""
    costs: Mapping[str, float | None]
    """Levels of the parse cost, and the CPU per page that was measured there: median over its cells, in seconds."""
    standings: Mapping[tuple[Key, str], Standing]


def matrix(document: ResultDocument) -> Matrix | None:
    """Return the matrix of a document; null where it has none.

    It takes strategies that are contrasted, and a parse cost and something else that vary.
    """
    if contrasted(document) != STRATEGY:
        return None
    cells = [
        cell
        for cell in document.cells
        # With open arrivals throughput ranks nobody.
        if cell.baseline_id is not None and PARSE_COST in cell.factors and cell.arrivals is None
    ]
    groups: dict[tuple[Key, str], list[CellResult]] = {}
    for cell in cells:
        if not cell.marked:
            groups.setdefault((key_of(cell.factors, PARSE_COST), str(cell.factors[PARSE_COST])), []).append(
                cell
            )
    compared = standings(document)
    rows = list(dict.fromkeys(key for key, _ in groups))
    levels = list(dict.fromkeys(level for _, level in groups))
    if len(rows) < FEWEST or len(levels) < FEWEST:
        return None
    paths = varying([dict(key) for key in rows])
    return Matrix(
        paths,
        {key: ", ".join(dict(key).get(path, NONE) for path in paths) for key in rows},
        {level: _cost(cells, level) for level in levels},
        {place: standing(group, compared.get(group[0].id)) for place, group in groups.items()},
    )


def _cost(cells: Sequence[CellResult], level: str) -> float | None:
    measured = [
        cell.parse.cpu_s
        for cell in cells
        if str(cell.factors[PARSE_COST]) == level
        and cell.status == "ok"
        and cell.parse is not None
        and cell.parse.cpu_s is not None
    ]
    return median(measured) if measured else None


def by_pair(document: ResultDocument) -> dict[tuple[str, str], list[Crossover]]:
    """Return the crossovers by the names of the faster and the slower strategy."""
    found: dict[tuple[str, str], list[Crossover]] = {}
    for crossover in document.crossovers:
        found.setdefault((crossover.faster, crossover.slower), []).append(crossover)
    return found
