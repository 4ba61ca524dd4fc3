"""Parts of sentences that several kinds have."""

from simulator.measures.registry import MEASURES
from simulator.text.numbers import number, rate


def by_nature(in_flight: int | None) -> str:
    """Return the condition under which a strategy is told of, empty where it has as many jobs in flight as the rest."""
    return "" if in_flight is None else f", with {in_flight} in flight by its nature,"


def coming(per_s: float | None) -> str:
    """Return how many jobs come."""
    return "jobs" if per_s is None else rate(per_s, "jobs")


def as_in_tables(measure: str, value: float) -> str:
    """Return a value of a measure in the unit of its column, so that it has the digits that stand there."""
    unit = MEASURES[measure].unit
    return f"{number(unit.of(value))} {unit.symbol}"


def foreseen(text: str, *, predicted: bool) -> str:
    """Return a sentence, marked where it tells of what was not measured."""
    return f"Predicted: {text}" if predicted else text
