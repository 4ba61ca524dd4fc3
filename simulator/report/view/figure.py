"""Figures: shapes that renderers know, filled by builders that know measures."""

from dataclasses import dataclass
from typing import Literal

from simulator.report.view.parts import Table, TimelineLane

Tone = str
"""What a mark stands for, which a renderer gives a colour of its theme: `strategy:NAME`, the same in every figure of a
report, or one of TONES."""

STRATEGY = "strategy:"
"""How the tone of a strategy begins."""
TONES = ("cpu", "fetch", "other", "network", "queue", "stall", "idle", "residual", "plain", "muted")


@dataclass(frozen=True)
class Axis:
    """One direction of a chart."""

    name: str
    unit: str
    """Empty for counts and names."""
    scale: Literal["linear", "log", "tail"] = "linear"
    """`tail`: for shares below 1 (0.5, 0.99, 0.999), each further nine as wide as the one before, as HDR histograms
    are drawn."""
    among: tuple[float, ...] = ()
    """All that stands on it in any panel of its figure, so that all are drawn on one scale; empty: what its own has."""


@dataclass(frozen=True)
class Bar:
    """One value, and how sure it is."""

    value: float
    low: float | None = None
    high: float | None = None
    tone: Tone = "plain"
    mark: float | None = None
    """What it might have been: drawn across the bar."""

    @property
    def reach(self) -> list[float]:
        """The value and the ends of its whisker."""
        return [value for value in (self.value, self.low, self.high) if value is not None]


@dataclass(frozen=True)
class Bars:
    """A bar for each name, with whiskers from low to high; null leaves a place empty."""

    names: tuple[str, ...]
    bars: tuple[Bar | None, ...]
    """As many as names."""
    axis: Axis
    reference: tuple[float, str] | None = None
    """A value to compare with, and what it is."""
    marks: str = ""
    """What the marks across the bars are; empty where there are none."""

    @property
    def along(self) -> list[float]:
        """All that stands on the axis."""
        drawn = [bar for bar in self.bars if bar is not None]
        found = [value for bar in drawn for value in bar.reach]
        found += [bar.mark for bar in drawn if bar.mark is not None]
        return found if self.reference is None else [*found, self.reference[0]]


@dataclass(frozen=True)
class Layer:
    """One part of every stack."""

    name: str
    tone: Tone
    values: tuple[float, ...]
    """As many as the stack has names."""


@dataclass(frozen=True)
class Stack:
    """For each name what a whole is made of."""

    names: tuple[str, ...]
    layers: tuple[Layer, ...]
    axis: Axis

    @property
    def along(self) -> list[float]:
        """What the layers add up to, name by name."""
        return [sum(values) for values in zip(*(layer.values for layer in self.layers), strict=True)]


@dataclass(frozen=True)
class Spot:
    """A point of a line; the reach is drawn as a whisker."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """Points in rising x, joined."""

    name: str
    tone: Tone
    spots: tuple[Spot, ...]
    stands_for: str = ""
    """What a line beside the one of the same name is, which is drawn dotted; empty: it is that one."""


@dataclass(frozen=True)
class Lines:
    """Lines over a common x."""

    x: Axis
    y: Axis
    lines: tuple[Line, ...]

    @property
    def xs(self) -> list[float]:
        """All that stands on the axis of x."""
        return [spot.x for line in self.lines for spot in line.spots]

    @property
    def ys(self) -> list[float]:
        """All that stands on the axis of y."""
        spots = [spot for line in self.lines for spot in line.spots]
        return [y for spot in spots for y in (spot.y, spot.low, spot.high) if y is not None]


@dataclass(frozen=True)
class Square:
    """One place of a grid."""

    letter: str
    """Of the strategy that wins; `=` for a tie; empty where nothing was measured."""
    text: str
    """Below the letter, short: by how much."""
    tone: Tone
    strength: float
    """0 to 1: how far ahead; drawn as the strength of the colour."""
    explanation: str
    """The whole of it in words, with names and numbers."""


@dataclass(frozen=True)
class Grid:
    """A square for each row and column."""

    x: Axis
    y: Axis
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    """From the bottom to the top."""
    squares: tuple[tuple[Square | None, ...], ...]
    """As many as rows, each as many as columns."""
    key: tuple[tuple[str, str, Tone], ...]
    """Letter, name and tone of each strategy that wins somewhere."""
    lines: tuple[Line, ...] = ()
    """Across the grid, by rising y; x in columns and y in rows, counted from 0 at the middle of the first. Lines of
    the same name are pieces of one, between which it is not known."""


@dataclass(frozen=True)
class Lanes:
    """Workers below one another over a short time."""

    width_us: int
    lanes: tuple[TimelineLane, ...]
    left_out: int
    """Lanes that there would be besides."""


Shape = Bars | Stack | Lines | Grid | Lanes


@dataclass(frozen=True)
class Panel:
    """One picture, what it shows in a sentence, and its numbers."""

    name: str
    """Of the combination of levels or the strategy; empty where a figure has one panel only."""
    shape: Shape
    summary: str
    """One sentence, worked out from the numbers."""
    table: Table
    """Every number that is drawn."""


@dataclass(frozen=True)
class Figure:
    """A question, and its panels, which a reader compares with one another."""

    id: str
    """Letters and hyphens; unique in a report."""
    title: str
    question: str
    panels: tuple[Panel, ...]
    """At least one."""
    notes: tuple[str, ...] = ()
    """How to read it, and what it cannot show."""
