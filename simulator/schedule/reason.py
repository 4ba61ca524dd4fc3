"""What a repetition is good for, as data: sentences are for whoever shows them to a person."""

from dataclasses import dataclass
from typing import Literal

from simulator.stats.intervals import Interval


@dataclass(frozen=True)
class Imprecise:
    """A ratio that is not known as well as it is asked for."""

    of: str
    over: str
    """Ids of the two cells."""
    known: float
    asked: float
    """Half-widths of its interval, as shares: 0.03 is 3 %."""


@dataclass(frozen=True)
class AnotherRound:
    """Its block wants another round."""

    number: int
    """Of this round among those that count, from 1."""
    wanted: int
    """Rounds in all, as far as is known now."""
    disturbed: int = 0
    """Rounds that are done again, where this is one of them."""
    imprecise: Imprecise | None = None
    """What it goes on for beyond the planned rounds."""
    kind: Literal["round"] = "round"


@dataclass(frozen=True)
class Scouting:
    """A search tries every strategy."""

    kind: Literal["scouting"] = "scouting"


@dataclass(frozen=True)
class Climbing:
    """A search looks for a better candidate beside the best ones."""

    candidates: tuple[str, ...]
    kind: Literal["climbing"] = "climbing"


@dataclass(frozen=True)
class Racing:
    """A search runs the leader beside those that come near it."""

    leader: str
    rivals: tuple[tuple[str, Interval | None], ...]
    """Each with how many times better the leader is; null as long as nothing is known."""
    kind: Literal["racing"] = "racing"


Reason = AnotherRound | Scouting | Climbing | Racing
