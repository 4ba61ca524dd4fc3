"""The numbers of a verdict in words."""

from math import isinf

from simulator.expectations.syntax import Condition, Term, measured
from simulator.judging.evidence import Outcome
from simulator.measures.dimension import DURATION, PLAIN, RATE, SIZE, Dimension

CLOSE = 0.05
"""Ratios nearer to 1 have three decimals: two would hide on which side of 1 they are."""


def explained(outcome: Outcome, condition: Condition, dimension: Dimension) -> str:
    """Return the numbers of one combination, and why they decide nothing where they do not."""
    if outcome.basis == "nothing":
        return outcome.reason or "nothing was measured"
    left = _side(outcome.left, outcome.left_span, condition.left, dimension)
    right = _side(outcome.right, outcome.right_span, condition.right, dimension)
    gap = _gap(outcome, dimension)
    parts = [f"{left} against {right}" + (f", {gap}" if gap else "")]
    if outcome.reason is not None:
        parts.append(outcome.reason)
    if outcome.verdict == "undecided":
        parts.append(_undecided(outcome))
    elif outcome.gap is not None and outcome.gap.kind == "range":
        parts.append("fewer than 3 rounds cannot tell whether that is luck")
    return "; ".join(filter(None, parts))


def amount(value: float, dimension: Dimension) -> str:
    """Write a value with its unit and three significant digits."""
    if dimension == DURATION:
        return _duration(value)
    if dimension == SIZE:
        return f"{three(value / 1e6)} MB"
    if dimension == RATE:
        return f"{three(value)}/s"
    return three(value) if dimension == PLAIN else f"{value:.3g}"


def three(value: float) -> str:
    """Write a number with three significant digits, without an exponent where that is readable."""
    size = abs(value)
    if value == round(value) and size < 1e7:  # noqa: PLR2004 - a whole number stays one
        return f"{value:,.0f}"
    if not 0.001 <= size < 1e7:  # noqa: PLR2004 - beyond, an exponent is easier to read
        return f"{value:.3g}"
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3  # noqa: PLR2004
    return f"{value:,.{decimals}f}"


def _duration(value: float) -> str:
    size = abs(value)
    if size >= 1:
        return f"{three(value)} s"
    return f"{three(value * 1e3)} ms" if size >= 0.001 or not size else f"{three(value * 1e6)} µs"  # noqa: PLR2004


def _side(value: float | None, span: tuple[float, float] | None, term: Term, dimension: Dimension) -> str:
    if span is None or span[0] == span[1] or not any(measured(term)):
        return "?" if value is None else amount(value, dimension)
    low, high = span
    if isinf(low) and isinf(high):
        reach = "anything"
    elif isinf(high):
        reach = f"{amount(low, dimension)} or more"
    elif isinf(low):
        reach = f"{amount(high, dimension)} or less"
    else:
        reach = f"{amount(low, dimension)} to {amount(high, dimension)}"
    return reach if value is None else f"{amount(value, dimension)} ({reach})"


def _gap(outcome: Outcome, dimension: Dimension) -> str:
    gap = outcome.gap
    if gap is None:
        return ""
    if outcome.basis == "ratio":
        near = abs(gap.median - 1) < CLOSE
        ends = (gap.median, gap.low, gap.high)
        middle, low, high = (f"{end:.3f}" if near else three(end) for end in ends)
    else:
        middle, low, high = (amount(end, dimension) for end in (gap.median, gap.low, gap.high))
    rounds = f"{outcome.rounds} round{'' if outcome.rounds == 1 else 's'}"
    what = "95 %" if gap.kind == "interval" else "range"
    return f"{outcome.basis} {middle} ({what} {low} to {high}, {rounds})"


def _undecided(outcome: Outcome) -> str:
    if outcome.gap is None:
        return "" if outcome.basis == "point" else "these bounds decide nothing"
    if outcome.gap.kind == "range":
        return "its rounds do not agree, and fewer than 3 tell little"
    at = "1" if outcome.basis == "ratio" else "0"
    return f"the interval reaches to both sides of {at}: more rounds may tell"
