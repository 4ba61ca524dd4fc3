"""What a report is made of. Renderers know these kinds; which measures they show is the builders' business."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Verdict:
    """The answer, first: one sentence per combination of levels."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    unit: str
    """Empty for text and plain numbers."""
    explanation: str
    numeric: bool = True
    spared: int = 0
    """Left out where the table would not fit: the highest first; 0: never."""


@dataclass(frozen=True)
class Table:
    """Rows of texts, as many as there are columns, with what has to be said below."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    """Cautions and reasons, each naming its row."""
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values, as of the machine."""

    title: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fragment:
    """Text to be copied as it is, as a piece of a scenario."""

    title: str
    text: str


@dataclass(frozen=True)
class Remarks:
    """Cautions and reasons that belong to no table that is shown, and where there is more to see."""

    title: str
    cautions: tuple[str, ...]
    hint: str


@dataclass(frozen=True)
class Check:
    """One condition that was to hold, and whether it did."""

    verdict: Literal["held", "not held", "undecided"]
    claim: str | None
    """What it shows, in a sentence."""
    condition: str
    because: str
    """The numbers."""


@dataclass(frozen=True)
class Checks:
    """Conditions, each with its verdict."""

    title: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class TimelineLane:
    """What one worker, or one task of a loop, did; times in us since the beginning of the stretch."""

    name: str
    network_us: tuple[int, ...]
    """Start and end of each time in which the server held its request."""
    resume_us: tuple[int, ...]
    """Start and end of each time in which the answer was there, but not yet taken up."""
    parse_us: tuple[int, ...]
    """Start, end and CPU time of each parse."""
    turns_us: tuple[int, ...] = ()
    """Start and end of each time in which it was seen to run; empty where nobody looked."""
    queued_us: tuple[int, ...] = ()
    """Start and end of each time in which it could have run, and no core was free; likewise."""


@dataclass(frozen=True)
class Stretch:
    """A short stretch of one repetition, lanes below one another."""

    title: str
    width_us: int
    lanes: tuple[TimelineLane, ...]
    left_out: int
    """Lanes that there would be besides."""
    watched: bool = False
    """The lanes show turns that were seen, not parses filled to their share of CPU."""


@dataclass(frozen=True)
class Timeline:
    """Stretches of the strategies of one combination."""

    title: str
    stretches: tuple[Stretch, ...]


Part = Verdict | Checks | Table | Facts | Fragment | Remarks | Timeline
