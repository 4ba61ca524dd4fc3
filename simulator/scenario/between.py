"""A check of durations: from one to another."""

from dataclasses import dataclass

from pydantic import AfterValidator

from mockserver.units import format_duration, parse_duration


@dataclass(frozen=True)
class Between:
    """A check of durations in ns: from `low` to `high`, both included."""

    low: str
    high: str

    def __call__(self, ns: int) -> int:
        """Return the duration. Raises ValueError where it is outside."""
        if not parse_duration(self.low) <= ns <= parse_duration(self.high):
            raise ValueError(f"found {format_duration(ns)}; {self.low} to {self.high} is allowed")
        return ns


def between(low: str, high: str) -> AfterValidator:
    """Return the validator."""
    return AfterValidator(Between(low, high))
