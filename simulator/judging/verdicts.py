"""The expectations of a run, judged from its result document."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.expectations.checking import Known, check, dimension
from simulator.expectations.matching import Row, combinations, shown
from simulator.expectations.parsing import parse
from simulator.expectations.syntax import Condition, ExpectationError, metrics_of
from simulator.judging.evidence import Outcome, Verdict, weigh
from simulator.judging.machines import machines, one_by_one, remark
from simulator.judging.reading import read
from simulator.judging.wording import explained
from simulator.measures.factors import CASE
from simulator.measures.varying import varying
from simulator.result.document import Expectation, ResultDocument

INVALID = "invalid"
"""Status of a cell that a check rejected: what is claimed of it was put to no test."""


def judge(document: ResultDocument, entries: Sequence[str | Mapping[str, Any]]) -> tuple[Expectation, ...]:
    """Judge the entries of a scenario's `expect`, in their order.

    Args:
        document: The run's, complete but for its expectations.
        entries: Each a condition, or `{claim: …, that: condition}`.
    """
    return tuple(
        _judged(document, entry, None)
        if isinstance(entry, str)
        else _judged(document, entry["that"], entry.get("claim"))
        for entry in entries
    )


def _judged(document: ResultDocument, that: str, claim: str | None) -> Expectation:
    known = Known(tuple(cell.factors for cell in document.cells))
    try:
        condition = parse(that)
        faults = check(condition, known)
    except ExpectationError as error:
        return Expectation(that, claim, "undecided", f"It cannot be read: {error}.", {})
    if faults:
        # Validation refuses these; a document of another version may hold one.
        return Expectation(that, claim, "undecided", f"It cannot be judged: {faults[0]}.", {})
    rows = combinations(known.cells, metrics_of(condition))
    outcomes = [_weighed(document, condition, row, len(rows)) for row in rows]
    return _together(that, claim, condition, rows, outcomes)


def _weighed(document: ResultDocument, condition: Condition, row: Row, together: int) -> Outcome:
    readings = {
        metric: read(document, metric, [document.cells[index] for index in indices])
        for metric, indices in row.cells.items()
    }
    on = machines(document.cells[index] for indices in row.cells.values() for index in indices)
    if len(on) < 2:  # noqa: PLR2004 - of one machine rounds are paired
        return weigh(condition, readings, document.scatter_rounds, together)
    outcome = weigh(condition, one_by_one(readings), document.scatter_rounds, together)
    return replace(outcome, reason="; ".join(filter(None, (outcome.reason, remark(on)))))


def _together(
    that: str, claim: str | None, condition: Condition, rows: Sequence[Row], outcomes: Sequence[Outcome]
) -> Expectation:
    """All must hold: the first that does not decides; where all do, the one that held by least is shown."""
    count = Counter[str](outcome.verdict for outcome in outcomes)
    verdict: Verdict = "not held" if count["not held"] else "undecided" if count["undecided"] else "held"
    candidates = [i for i, outcome in enumerate(outcomes) if outcome.verdict == verdict]
    deciding = min(candidates, key=lambda i: outcomes[i].margin) if verdict == "held" else candidates[0]
    outcome, where = outcomes[deciding], _where(rows, deciding)
    numbers = explained(outcome, condition, dimension(condition))
    because = (
        f"{_tally(count, len(rows))} {_WHICH[verdict]}, {where}: {numbers}" if len(rows) > 1 else numbers
    )
    lacking = {outcome.lacking for outcome in outcomes}
    numbers_of = _numbers(outcome, count, where) | {
        "lacking": INVALID if INVALID in lacking else outcome.lacking
    }
    return Expectation(that, claim, verdict, because + ".", numbers_of)


_WHICH = {"held": "Nearest to failing", "not held": "The first not held", "undecided": "The first undecided"}


def _tally(count: Mapping[str, int], total: int) -> str:
    if count["held"] == total:
        return f"All {total} combinations held."
    others = [f"{count[v]} {v}" for v in ("not held", "undecided") if count[v]]
    return f"{count['held']} of {total} combinations held, {', '.join(others)}."


def _where(rows: Sequence[Row], index: int) -> str:
    """Name a combination by the levels in which it differs from others."""
    varied = varying([row.levels for row in rows])
    return ", ".join(
        shown(level) if path == CASE else f"{path} {shown(level)}"
        for path, level in rows[index].levels.items()
        if path in varied
    )


def _numbers(outcome: Outcome, count: Mapping[str, int], where: str) -> dict[str, float | str | None]:
    gap = outcome.gap
    return {
        "left": outcome.left,
        "right": outcome.right,
        "basis": outcome.basis if gap is None else f"{outcome.basis} {gap.kind}",
        "median": None if gap is None else gap.median,
        "low": None if gap is None else gap.low,
        "high": None if gap is None else gap.high,
        "rounds": float(outcome.rounds),
        "combination": where or None,
        "held": float(count["held"]),
        "not_held": float(count["not held"]),
        "undecided": float(count["undecided"]),
    }
