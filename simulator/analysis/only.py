"""A part of a run, for whoever wants to see that part only: what is concluded stays that of the whole run."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from simulator.analysis.combinations import named
from simulator.measures.factors import STRATEGY
from simulator.result.document import CombinationResult, ResultDocument
from simulator.result.findings.answers import KeepsUp, Soonest, Winner
from simulator.result.findings.kinds import Finding
from simulator.result.findings.reasons import ThreadsCause
from simulator.text.nearest import nearest

ANSWERS = (Winner, KeepsUp, Soonest)
"""What is concluded of a combination as a whole stands whoever of it is shown."""

Levels = Mapping[str, Sequence[str]]
"""Factor -> the levels that are wanted of it, as a scenario writes them."""


def asked(text: str) -> Levels:
    """Return the levels that `case=mixed,strategy=threads` asks for; a factor that comes twice has both.

    Raises:
        ValueError: it is not written so.
    """
    found: dict[str, list[str]] = {}
    for piece in text.split(","):
        factor, equals, level = (part.strip() for part in piece.partition("="))
        if not factor or not equals or not level:
            raise ValueError(f"{piece.strip()!r} is not FACTOR=LEVEL, as in case=mixed,strategy=threads")
        found.setdefault(factor, []).append(level)
    return found


def only(document: ResultDocument, wanted: Levels) -> ResultDocument:
    """Return the document with the cells of these levels, and what they are compared with: baseline and best.

    Expectations, which were judged over the whole run, stay.

    Raises:
        ValueError: no cell has such a factor, such a level, or all of them together; names what there is.
    """
    _check(document, wanted)
    hits = {cell.id: cell for cell in document.cells if _has(cell.factors, wanted)}
    if not hits:
        pairs = " and ".join(f"{factor}={'|'.join(levels)}" for factor, levels in wanted.items())
        raise ValueError(f"no cell of this run has {pairs}")
    groups = [
        found
        for found in document.combinations
        if any(
            cell in hits and (found.contrast != STRATEGY or hits[cell].baseline_id is not None)
            for cell in found.cells
        )
    ]
    compared = {found.best for found in groups} | {cell.baseline_id for cell in hits.values()}
    cells = tuple(cell for cell in document.cells if cell.id in hits or cell.id in compared)
    kept: set[str | None] = {cell.id for cell in cells}
    hidden = {cell.strategy for cell in document.cells} - {cell.strategy for cell in cells}
    return replace(
        document,
        cells=cells,
        combinations=tuple(_narrowed(found, kept) for found in groups),
        crossovers=tuple(
            each
            for each in document.crossovers
            if _may_have(each.scope, wanted) and not {each.faster, each.slower} & hidden
        ),
        findings=tuple(
            each
            for each in document.findings
            if _may_have(each.scope, wanted)
            and (isinstance(each, ANSWERS) or not hidden.intersection(_told_of(each)))
        ),
        rules=tuple(each for each in document.rules if _may_have(each.levels, wanted)),
    )


def _told_of(finding: Finding) -> Iterator[str]:
    """Yield the texts in a finding, names of strategies among them."""
    if isinstance(finding, ThreadsCause):
        yield "threads"
    yield from _texts(asdict(finding))


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from _texts(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from _texts(value)


def _narrowed(found: CombinationResult, kept: Container[str | None]) -> CombinationResult:
    return replace(
        found,
        cells=tuple(cell for cell in found.cells if cell in kept),
        contrasts=tuple(each for each in found.contrasts if each.over in kept),
        recommended=found.recommended if found.recommended in kept else None,
    )


def _check(document: ResultDocument, wanted: Levels) -> None:
    there: dict[str, list[str]] = {}
    for cell in document.cells:
        for factor, level in cell.factors.items():
            levels = there.setdefault(factor, [])
            if _written(factor, level) not in levels:
                levels.append(_written(factor, level))
    for factor, asked_for in wanted.items():
        if factor not in there:
            raise ValueError(f"this run has no factor {factor}{_meant(factor, there)}")
        for level in asked_for:
            if level not in there[factor]:
                raise ValueError(f"{factor} has no level {level}{_meant(level, there[factor])}")


def _meant(word: str, there: Iterable[str]) -> str:
    close = nearest(word, there)
    return f"{'' if close is None else f'; did you mean {close}?'} (there are: {', '.join(there)})"


def _written(factor: str, level: Any) -> str:
    return named(factor, str(level)).removeprefix(f"{factor} ")


def _has(factors: Mapping[str, Any], wanted: Levels) -> bool:
    return all(
        factor in factors and _written(factor, factors[factor]) in levels for factor, levels in wanted.items()
    )


def _may_have(scope: Mapping[str, Any], wanted: Levels) -> bool:
    """Whether something that was said of these levels, of any others or of the strategies concerns what is wanted."""
    return all(
        factor not in scope or _written(factor, scope[factor]) in levels for factor, levels in wanted.items()
    )
