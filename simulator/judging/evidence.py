"""Does a condition hold at one combination of levels, or can the rounds not tell?

Where single repetitions have the metrics, both sides are worked out per round and compared within it: left over right
as a ratio, whose 95 % interval must lie wholly on one side of 1. Where a side is not positive, the difference of the
sides is taken, and 0. Fewer than three rounds give a range, which decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, isnan, log
from statistics import median
from typing import Literal

from simulator.expectations.syntax import (
    Comparison,
    Condition,
    Measured,
    Operation,
    Quantity,
    Term,
    measured,
    metrics_of,
)
from simulator.judging.reading import Lacking, Reading
from simulator.stats.intervals import Interval, interval, paired_ratio
from simulator.text.numbers import share

Verdict = Literal["held", "not held", "undecided"]
Values = Mapping[Measured, float]
Readings = Mapping[Measured, Reading]
Span = tuple[float, float]

CLOSE = 0.05
"""Values without an interval are told apart from here on, as a share of the right side."""


SMALLEST = 1e-100


@dataclass(frozen=True)
class Outcome:
    """A condition at one combination, with the numbers that decided."""

    verdict: Verdict
    basis: Literal["ratio", "difference", "point", "bounds", "nothing"]
    left: float | None = None
    right: float | None = None
    gap: Interval | None = None
    """Of left over right, or of left minus right."""
    rounds: int = 0
    left_span: Span | None = None
    right_span: Span | None = None
    """What the sides are at least and at most, where that decided; may be infinite."""
    reason: str | None = None
    """Why it is undecided, or what must be said beside the numbers."""
    lacking: str | None = None
    """Status of a cell without which it could not be decided."""

    @property
    def margin(self) -> float:
        """How far the decision was from falling the other way; 0 where it did not fall."""
        if self.gap is None or self.verdict == "undecided":
            return inf if self.verdict != "undecided" else 0.0
        ends = (self.gap.low, self.gap.high)
        if self.basis == "difference":
            return min(map(abs, ends))
        return min(abs(log(end)) for end in ends)


def weigh(
    condition: Condition,
    readings: Mapping[Measured, Reading | Lacking],
    first: int | None = None,
    together: int = 1,
) -> Outcome:
    """Judge a condition at one combination.

    Args:
        condition: As parsed; its dimensions fit.
        readings: Of all its metrics.
        first: As of `intervals.interval`.
        together: Combinations at which it is judged. All must hold, so that each may be judged alone; but that one of
            them does not hold is said only by an interval that accounts for how many were looked at.
    """
    for metric in metrics_of(condition):
        reading = readings[metric]
        if isinstance(reading, Lacking):
            return Outcome("undecided", "nothing", reason=reading.reason, lacking=reading.status)
    known: Readings = {metric: r for metric, r in readings.items() if isinstance(r, Reading)}
    try:
        if any(reading.bounds is not None for reading in known.values()):
            return _by_bounds(condition, known, first)
        if not all(reading.by_round for reading in known.values()):
            return _by_points(condition, known)
        return _by_rounds(condition, known, first, together)
    except (ZeroDivisionError, OverflowError):
        return Outcome(
            "undecided", "nothing", reason="it divides by zero or its numbers are beyond all bounds"
        )


def value_of(term: Term, values: Values) -> float:
    """Work out a term. Raises ZeroDivisionError."""
    match term:
        case Quantity():
            return term.value
        case Measured():
            return values[term]
        case Operation(sign, first, second):
            left, right = value_of(first, values), value_of(second, values)
            match sign:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
            return left / right


def holds(left: float, comparison: Comparison, right: float) -> bool:
    """Compare two numbers."""
    match comparison:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right


def _refuse_extremes(*values: float) -> None:
    """Raise OverflowError for what is no measure of anything, and whose ratio could not be worked out."""
    if not all(value == 0 or SMALLEST < abs(value) < 1 / SMALLEST for value in values):
        raise OverflowError


def _decided(low: float, high: float, comparison: Comparison, at: float) -> Verdict:
    """Judge something that lies between two bounds: `undecided` unless all of it is on one side."""
    ends = {holds(low, comparison, at), holds(high, comparison, at)}
    return "undecided" if len(ends) > 1 else "held" if ends.pop() else "not held"


def _by_rounds(condition: Condition, readings: Readings, first: int | None, together: int) -> Outcome:
    rounds = sorted(set[int].intersection(*(set(reading.by_round) for reading in readings.values())))
    if not rounds:
        return Outcome("undecided", "nothing", reason="there is no round in which all of its cells are valid")
    values = [{metric: reading.by_round[r] for metric, reading in readings.items()} for r in rounds]
    left = [value_of(condition.left, each) for each in values]
    right = [value_of(condition.right, each) for each in values]
    _refuse_extremes(*left, *right)
    positive = min(*left, *right) > 0
    span = paired_ratio if positive else _difference
    gap, at = span(left, right, first), 1.0 if positive else 0.0
    if gap is None:
        raise OverflowError
    verdict: Verdict
    if gap.kind == "range":
        # One disturbed round of two is half of what was seen: neither that it holds nor that it does not is shown.
        verdict = "undecided"
    else:
        verdict = _decided(gap.low, gap.high, condition.comparison, at)
        wider = span(left, right, first, together) if verdict == "not held" else None
        if wider is not None:
            verdict = _decided(wider.low, wider.high, condition.comparison, at)
    return Outcome(
        verdict, "ratio" if positive else "difference", median(left), median(right), gap, len(rounds)
    )


def _difference(
    left: Sequence[float], right: Sequence[float], first: int | None, together: int = 1
) -> Interval | None:
    """Return the interval of left minus right: that of a ratio of their exponentials."""
    differences = [a - b for a, b in zip(left, right, strict=True)]
    scale = max(map(abs, differences)) or 1.0
    found = interval([exp(difference / scale) for difference in differences], first, together)
    if found is None:
        return None
    middle, low, high = (log(end) * scale for end in (found.median, found.low, found.high))
    return Interval(middle, low, high, found.kind)


def _by_points(condition: Condition, readings: Readings) -> Outcome:
    """Compare values over all rounds, some of which no single repetition has."""
    values = {metric: reading.point for metric, reading in readings.items() if reading.point is not None}
    left, right = value_of(condition.left, values), value_of(condition.right, values)
    _refuse_extremes(left, right)
    verdict: Verdict = "held" if holds(left, condition.comparison, right) else "not held"
    reason = "one value over all rounds, without an interval"
    if abs(left - right) <= CLOSE * max(abs(left), abs(right)):
        verdict, reason = "undecided", f"{reason}: closer than {share(CLOSE)}, which decides nothing"
    return Outcome(verdict, "point", left, right, reason=reason)


def _by_bounds(condition: Condition, readings: Readings, first: int | None) -> Outcome:
    """Judge by what the sides can be at least and at most, where a value has bounds of its own."""
    boxes = {metric: _box(reading, first) for metric, reading in readings.items()}
    left, right = _span(condition.left, boxes), _span(condition.right, boxes)
    if any(map(isnan, (*left, *right))):
        raise OverflowError
    corners = {holds(a, condition.comparison, b) for a in left for b in right}
    verdict: Verdict = "undecided" if len(corners) > 1 else "held" if corners.pop() else "not held"
    points = {metric: r.point for metric, r in readings.items() if r.point is not None}
    sides = [
        value_of(term, points) if points.keys() >= set(measured(term)) else None
        for term in (condition.left, condition.right)
    ]
    _refuse_extremes(*(side for side in sides if side is not None))
    remarks = [r.remark for r in readings.values() if r.remark is not None]
    return Outcome(
        verdict,
        "bounds",
        left=sides[0],
        right=sides[1],
        left_span=left,
        right_span=right,
        reason="; ".join(remarks) or None,
    )


def _box(reading: Reading, first: int | None) -> Span:
    if reading.bounds is not None:
        return reading.bounds
    values = tuple(reading.by_round.values())
    if not values:
        point = reading.point or 0.0
        return point, point
    found = interval(values, first) if min(values) > 0 else None
    return (min(values), max(values)) if found is None else (found.low, found.high)


def _span(term: Term, boxes: Mapping[Measured, Span]) -> Span:
    """Work out between which bounds a term lies, each metric in it being anywhere in its box."""
    match term:
        case Quantity():
            return term.value, term.value
        case Measured():
            return boxes[term]
    left, right = _span(term.left, boxes), _span(term.right, boxes)
    match term.sign:
        case "+":
            return left[0] + right[0], left[1] + right[1]
        case "-":
            return left[0] - right[1], left[1] - right[0]
        case "/" if right[0] <= 0 <= right[1]:
            return -inf, inf
        case "*":
            corners = [a * b for a in left for b in right]
        case _:
            corners = [a / b for a in left for b in right]
    # Infinity times zero and the like: nothing is known of such a corner.
    return (-inf, inf) if any(map(isnan, corners)) else (min(corners), max(corners))
