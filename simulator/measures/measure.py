"""What a measure is: a row of data, from which all that shows, compares, judges or explains it takes what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.measures.dimension import DURATION, PLAIN, RATE, SIZE, Dimension

Better = Literal["more", "less"]

Pooled = Literal["median", "mean", "worst", "samples"]
"""How one number comes of all valid rounds of a cell."""

POOLED: Mapping[Pooled, str] = {
    "median": "median over the rounds",
    "mean": "mean over the rounds",
    "worst": "the worst of the rounds",
    "samples": "over the samples of all rounds together",
}

NO_PROC = "this machine does not show it (see docs/method.md)"
NEVER = "it was not measured"
FEW = "fewer than 10 samples lie beyond it; raise job.pages or rounds"

_UNREADABLE = "it cannot be read on this system"


@dataclass(frozen=True)
class Unit:
    """How people read the numbers of a measure."""

    symbol: str
    """Empty for plain numbers."""
    exponent: int = 0
    """Power of ten of the factor from the base unit (s, B, 1/s, 1) to this one."""

    def of(self, value: float) -> float:
        """Return a number of base units in this one."""
        return value * 10.0**self.exponent if self.exponent >= 0 else value / 10.0**-self.exponent


PER_S = Unit("/s")
MS = Unit("ms", 3)
MB = Unit("MB", -6)
SHARE = Unit("%", 2)
NUMBER = Unit("")

_UNITS = {RATE: PER_S, DURATION: MS, SIZE: MB, PLAIN: NUMBER}
_BASES = {RATE: "pages/s", DURATION: "s", SIZE: "B", PLAIN: ""}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One number that a cell has."""

    name: str
    """What conditions, `compare --metric` and `tune --goal` call it."""
    dimension: Dimension
    meaning: str
    """What it is, as a phrase; how it is pooled is not part of it."""
    repetition: str | None
    """Dotted path in a repetition's measures; null: no repetition has it by itself."""
    at: str = ""
    """Dotted path in a cell; empty: the same as in a repetition."""
    pooled: Pooled = "median"
    better: Better | None = None
    """Null: neither more nor less of it is good in itself, or it depends on how many jobs there are."""
    heading: str = ""
    """Of its column in tables; empty: its name."""
    shown: Unit | None = None
    """Null: the unit of its dimension."""
    title: str = ""
    """What a report calls it that is about it alone; empty: its name, with spaces."""
    says: str = ""
    """A clause with `{}` for the number with its unit, of which the subject is the cell; empty: a general one."""
    lacking: str = NO_PROC
    """Why a cell that was measured may not have it."""
    missing: str = ""
    """Why a valid repetition may lack it, and what to do; empty: as a cell, or that it cannot be read here."""
    fewest_jobs: int = 1
    """Jobs that a repetition needs to have it at all."""
    floor: float | None = None
    """Of one that may truly be 0: what is less tells nothing more. Null: 0 is no measurement."""
    whole: bool = False
    """It counts things, or bytes."""
    of_window: bool = False
    """It is formed of the length of the window, of which only a part may be spent on CPU."""

    @property
    def cell(self) -> str:
        """Dotted path in a cell."""
        return self.at or self.repetition or ""

    @property
    def unit(self) -> Unit:
        """How people read it."""
        return self.shown or _UNITS[self.dimension]

    @property
    def base_unit(self) -> str:
        """What documents have it in."""
        return _BASES[self.dimension]

    @property
    def column(self) -> str:
        """Heading of its column."""
        return self.heading or self.name

    @property
    def called(self) -> str:
        """What a report calls it that is about it alone."""
        return self.title or self.name.replace("_", " ")

    @property
    def clause(self) -> str:
        """What is said of a cell that was chosen for it, with `{}` for the number and its unit."""
        return self.says or f"its {self.called} is {{}}"

    @property
    def why_missing(self) -> str:
        """Why a valid repetition may lack it."""
        return self.missing or (_UNREADABLE if self.lacking == NO_PROC else self.lacking)

    @property
    def ranks(self) -> bool:
        """Whether of two repetitions one can be better by it."""
        return self.better is not None and self.repetition is not None

    @property
    def words(self) -> tuple[Literal["slower", "less"], Literal["faster", "more"]]:
        """What something is of which this is lower, and higher, than of another."""
        return ("slower", "faster") if self.dimension == RATE else ("less", "more")

    @property
    def speed_power(self) -> int:
        """How it follows the speed of the machine where a job does nothing but compute: 1, -1, or 0 for not at all."""
        return -self.dimension.time

    def of_repetition(self, measures: object) -> float | None:
        """Return the value in one repetition; null where that repetition lacks it."""
        return None if self.repetition is None else _at(measures, self.repetition)

    def of_cell(self, cell: object) -> float | None:
        """Return the value over all rounds; null where the cell lacks it."""
        return _at(cell, self.cell)


def _at(found: Any, path: str) -> float | None:
    for name in path.split("."):
        found = None if found is None else getattr(found, name)
    value: float | None = found
    return value
