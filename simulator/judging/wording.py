"""The numbers of a verdict in words."""

from math import isinf

from simulator.expectations.syntax import Condition, Term, measured
from simulator.judging.evidence import Outcome
from simulator.measures.amount import amount
from simulator.measures.dimension import Dimension
from simulator.text.numbers import factor
from simulator.text.words import counted


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
    return "; ".join(filter(None, parts))


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
        middle, low, high = map(factor, (gap.median, gap.low, gap.high))
    else:
        middle, low, high = (amount(end, dimension) for end in (gap.median, gap.low, gap.high))
    rounds = counted(outcome.rounds, "round")
    what = "95 %" if gap.kind == "interval" else "range"
    return f"{outcome.basis} {middle} ({what} {low} to {high}, {rounds})"


def _undecided(outcome: Outcome) -> str:
    if outcome.gap is None:
        return "" if outcome.basis == "point" else "these bounds decide nothing"
    if outcome.gap.kind == "range":
        return "fewer than 3 rounds decide nothing"
    at = "1" if outcome.basis == "ratio" else "0"
    return f"the interval reaches to both sides of {at}: more rounds may tell"
