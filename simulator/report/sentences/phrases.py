"""Parts of sentences that several kinds have."""

from simulator.text.numbers import rate


def by_nature(in_flight: int | None) -> str:
    """Return the condition under which a strategy is told of, empty where it has as many jobs in flight as the rest."""
    return "" if in_flight is None else f", with {in_flight} in flight by its nature,"


def coming(per_s: float | None) -> str:
    """Return how many jobs come."""
    return "jobs" if per_s is None else rate(per_s, "jobs")
