"""What shows only beside other combinations of levels: crossovers, convoys, Pythons compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.stats.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class CrossoverFinding:
    """From which parse cost on one strategy beats another by more than the margin, in measured parse CPU per page."""

    kind: Literal["crossover"] = "crossover"
    scope: Mapping[str, Any]
    """The levels of all other factors."""
    place: Mapping[str, str]
    """Those of them that tell it from the other crossovers."""
    faster: str
    """The strategy that wins from there on."""
    slower: str
    course: Literal["crossing", "always", "never", "undecided"]
    """As `kind` of the document's crossovers."""
    cost_s: float | None
    low_s: float | None
    high_s: float | None
    lowest_measured_s: float | None
    """Null: at no cost are there numbers of both."""
    highest_measured_s: float | None
    margin: float
    """By more than which it wins, as a share."""
    left_out: tuple[str, ...]
    """Levels of the cost where not both have valid numbers."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Exchanges beside so many spinning threads at one switch interval."""

    spinners: int
    switch_interval_s: float
    measured_per_s: float
    predicted_per_s: float
    """By the law 1 / (d + k n I)."""


@dataclass(frozen=True, kw_only=True)
class Convoy:
    """What an exchange over a socket waits for beside threads that compute."""

    kind: Literal["convoy"] = "convoy"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    alone_s: float
    """d: an exchange without them."""
    calls_by_law: int
    """k: calls of an exchange after each of which it waits for a turn of every spinning thread."""
    calls: float
    """How many turns of each it waited for: median."""
    points: tuple[Beside, ...]
    """By switch interval, then by the number of threads; at least one."""
    near: int
    """Points within `near_share` of the law."""
    near_share: float
    control_low_per_s: float | None
    """With the computing in processes: the fewest exchanges per second; null where that was not measured."""
    control_high_per_s: float | None
    """The most."""
    waits_for: Literal["switch interval", "less than a turn", "something else"] | None
    """By whether the wait grows as the switch interval does; null with one interval only."""


@dataclass(frozen=True, kw_only=True)
class OnRuntime:
    """Threads on one Python."""

    runtime: str
    speedup: Interval
    """Of threads over sequential there."""
    sequential_per_s: float
    """What sequential does there."""
    of_first: float
    """The same over what it does on the first of these Pythons."""


@dataclass(frozen=True, kw_only=True)
class Runtimes:
    """On which Pythons threads compute in parallel."""

    kind: Literal["runtimes"] = "runtimes"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    runtimes: tuple[OnRuntime, ...]
    """In the order of the scenario; at least two."""
    because: Literal["no GIL, or one", "no GIL", "GIL let go", "GIL"] | None
    """What the GIL has to do with it: threads compute in parallel without one, and elsewhere take turns; or only the
    first was seen; or they do although there is one; or they take turns. Null: not known, or it does not fit."""


@dataclass(frozen=True, kw_only=True)
class Gil:
    """What turned the GIL on in a Python that was built to run without."""

    kind: Literal["gil"] = "gil"
    scope: Mapping[str, Any]
    """The runtime, where a scenario has several."""
    module: str
    """Which does not declare that it can do without."""
    when: Literal["import", "call"]
    """By being imported, or while the parser was called."""
