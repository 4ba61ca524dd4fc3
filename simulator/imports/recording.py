"""What every kind of recording comes to: answers, how long each took, when it was asked for, and what is left out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median


class RecordingError(ValueError):
    """A recording cannot be used; one sentence that says why and what to do."""


@dataclass(frozen=True)
class Answer:
    """One answer of the original."""

    body: bytes
    """Decoded: as the client's user got it."""
    content_type: str
    status: int = 200
    encoding: str = "identity"
    """In which the body came."""
    delay_ns: int | None = None
    """From the request to the first byte; null: not known."""
    at_ns: int | None = None
    """When it was asked for, on any clock; null: not known."""
    url: str = ""
    method: str = "GET"
    samples_ns: tuple[int, ...] = ()
    """Of which `delay_ns` is the median."""


@dataclass
class Recording:
    """All that was found in one recording."""

    kind: str
    source: dict[str, str] = field(default_factory=dict)
    """File, program: for people."""
    answers: list[Answer] = field(default_factory=list)
    delays_ns: list[int] = field(default_factory=list)
    """Of a recording that has no bodies: how long its requests took."""
    arrivals_ns: list[int] = field(default_factory=list)
    """Of the same: when they came, on any clock."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason → how many answers."""
    withheld: Counter[str] = field(default_factory=Counter)
    """What is not written, because it may be secret → how many."""
    notes: list[str] = field(default_factory=list)
    """What else there is to know: sentences."""


def known_delays(answers: Iterable[Answer]) -> list[int]:
    """Return the delays that are known (ns)."""
    return [answer.delay_ns for answer in answers if answer.delay_ns is not None]


def typical_ns(delays_ns: Sequence[int]) -> int | None:
    """Return what an unknown delay is taken for: the median of those that are known; null: none is."""
    return round(median(delays_ns)) if delays_ns else None


def quantile_ns(delays_ns: Sequence[int], share: float) -> int:
    """Return the delay that this share of them does not exceed: all of them are known, so none is estimated."""
    return sorted(delays_ns)[max(0, ceil(share * len(delays_ns)) - 1)]
