"""What has to be said of cells: below their table, or where tables are left out once, with how many it concerns."""

import re
from collections.abc import Iterator, Sequence

from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.report.view.parts import Remarks
from simulator.result.document import CellResult, ResultDocument
from simulator.result.repetition import left_behind

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def notes(cells: Sequence[CellResult]) -> tuple[str, ...]:
    """Return what stands below the table of these cells."""
    found: list[str] = []
    for cell in cells:
        name = cell.name
        if cell.reason is not None:
            found.append(f"{name}: {cell.status}: {cell.reason}")
        found.extend(f"{name}{'*' if cell.marked else ''}: {warning}" for warning in cell.warnings)
    return (*found, *_disturbance(cells))


def _disturbance(cells: Sequence[CellResult]) -> Iterator[str]:
    discarded = [r for cell in cells for r in cell.repetitions if r.status == "discarded"]
    left = [r for r in discarded if left_behind(r)]
    yield from dict.fromkeys(r.reason for r in left if r.reason is not None)
    rerun = sorted({r.round + 1 for r in discarded if not left_behind(r)})
    if rerun:
        rounds = ", ".join(map(str, rerun))
        yield f"disturbed from outside and done again: round{'s' if len(rerun) > 1 else ''} {rounds}"
    if any(r.disturbed for cell in cells for r in cell.repetitions):
        yield "close what else runs on this machine, or trust small differences less"


def remarks(document: ResultDocument, tables: int) -> Remarks:
    """Return reasons and warnings of all cells, grouped, and how to see the tables.

    Args:
        document: the run.
        tables: how many tables are left out.
    """
    return Remarks(
        "The cells",
        cautions(document),
        f"{tables} tables are left out, one for each combination; simulator report {document.id} --tables shows them",
    )


def cautions(document: ResultDocument) -> tuple[str, ...]:
    """Return reasons and warnings of all cells, grouped."""
    groups: dict[str, list[tuple[CellResult, str, str]]] = {}
    for cell in document.cells:
        for label, text in _said(cell):
            # What differs only in its numbers is one thing.
            groups.setdefault(NUMBER.sub("#", f"{label} {text}"), []).append((cell, label, text))
    return (*(_grouped(members) for members in groups.values()), *_disturbance(document.cells))


def _said(cell: CellResult) -> Iterator[tuple[str, str]]:
    if cell.reason is not None:
        yield cell.status, cell.reason
    for warning in cell.warnings:
        yield "", warning


def _grouped(members: list[tuple[CellResult, str, str]]) -> str:
    cell, label, text = members[0]
    levels = [str(level) for path, level in cell.factors.items() if path not in (STRATEGY, IN_FLIGHT)]
    where = ", ".join([cell.strategy, *levels])
    said = f"{label}: {text}" if label else text
    if len(members) == 1:
        return f"{where}: {said}"
    if all(other == text for _, _, other in members):
        return f"{len(members)} cells{' ' if label else ': '}{said}"
    return f"{len(members)} cells{' ' if label else ': '}{said} (this one: {where})"
