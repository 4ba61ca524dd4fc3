"""Whole documents: a page with its sections, and a summary of a few lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.report.view.figure import Figure
from simulator.report.view.parts import Part, Table, Verdict


@dataclass(frozen=True)
class Folded:
    """Tables that stand behind a line until a reader asks for them."""

    title: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Section:
    """What a reader finds under one heading."""

    id: str
    """Letters and hyphens; no figure of the page has the same."""
    title: str
    parts: "tuple[PagePart, ...]"
    """At least one."""


PagePart = Part | Figure | Folded


@dataclass(frozen=True)
class Page:
    """A report in reading order."""

    title: str
    description: str
    """Of the scenario; empty where it has none."""
    caution: str
    """What must be known before anything is believed: that the run was ended early; else empty."""
    opening: tuple[Part, ...]
    """The answer, and what was expected."""
    sections: tuple[Section, ...]
    strategies: tuple[str, ...] = ()
    """Names that have the same colour in every report, in the order of the colours."""


@dataclass(frozen=True)
class Tally:
    """How many expectations held, and which did not."""

    held: int
    others: tuple[tuple[Literal["not held", "undecided"], tuple[str, ...]], ...]
    """Claims, or conditions where there is none."""

    @classmethod
    def of(cls, told: Sequence[tuple[str, str]]) -> "Tally | None":
        """Return it of claims with their verdicts, each (verdict, claim); null: there is none."""
        if not told:
            return None
        others: tuple[Literal["not held", "undecided"], ...] = ("not held", "undecided")
        return cls(
            sum(verdict == "held" for verdict, _ in told),
            tuple((other, tuple(claim for verdict, claim in told if verdict == other)) for other in others),
        )


@dataclass(frozen=True)
class Summary:
    """A run in a few lines, as for a pull request."""

    verdict: Verdict
    table: Table | None
    """All rows that there are, the best first where it cannot be known that there is room for all."""
    expectations: Tally | None
    """Null: nothing was expected."""
    cautions: tuple[str, ...]
    left_out: tuple[str, ...]
    """What of the content was not served."""
    machine: str
    """Machine and Pythons, without paths: they say more of a person than of a number."""
    command: str
    """What runs it again, or else what shows more of it."""
    again: bool
    reasons: tuple[str, ...] = ()
    """Why of some of it nothing can be told, and what else explains a row."""
