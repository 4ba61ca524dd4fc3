"""What a scenario asks: who is fastest, who keeps up, who answers soonest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.stats.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A strategy that is compared with the best."""

    strategy: str
    ratio: Interval | None
    """Paired by round; null: they have no round in common."""
    differs: bool
    """Told apart from the best."""


@dataclass(frozen=True, kw_only=True)
class Winner:
    """Who is fastest of those with equal jobs in flight."""

    kind: Literal["winner"] = "winner"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    best: str
    """The strategy with the highest throughput."""
    own_in_flight: int | None
    """Its jobs in flight where they are other than those of the rest, by its nature."""
    throughput_per_s: float
    """Median over the rounds."""
    speedup: Interval | None
    """Over `sequential`."""
    enough_rounds: bool
    """At least three: fewer tell nothing apart."""
    rivals: tuple[Rival, ...]
    """By falling throughput, each with throughput of the best over its own; none where there is one strategy."""
    behind_sequential: bool
    """The best is slower than one job after the other."""


@dataclass(frozen=True, kw_only=True)
class ByNature:
    """How a strategy with other jobs in flight by its nature compares with the best of the others."""

    kind: Literal["by_nature"] = "by_nature"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    in_flight: int
    over: str
    """The best of the others."""
    over_in_flight: int
    ratio: Interval
    """Of throughputs, paired by round."""


@dataclass(frozen=True, kw_only=True)
class Steady:
    """A strategy that keeps up with the jobs that come."""

    strategy: str
    own_in_flight: int | None
    """Its jobs in flight where they are other than those of the rest, by its nature."""


@dataclass(frozen=True, kw_only=True)
class KeepsUp:
    """Who keeps up with jobs that come by themselves."""

    kind: Literal["keeps_up"] = "keeps_up"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategies: tuple[Steady, ...]
    """At least one."""
    offered_per_s: float | None
    """Jobs that came; null for a single one."""
    backlog_max: int
    """Most jobs at a time that waited for a worker, under any of them."""


@dataclass(frozen=True, kw_only=True)
class FallsBehind:
    """A strategy that does not keep up with jobs that come by themselves, or of which that is not told."""

    kind: Literal["falls_behind"] = "falls_behind"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    own_in_flight: int | None
    """Its jobs in flight where they are other than those of the rest, by its nature."""
    unstable: bool
    """The backlog grows as long as jobs come; else it may have grown by chance."""
    offered: int
    """Jobs due inside the window."""
    offered_per_s: float | None
    throughput_per_s: float
    backlog_end: int
    """Jobs that waited for a worker at the last planned start."""


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The highest percentile that is known, of p90, p95 and p99."""

    percentile: Literal["p90", "p95", "p99"]
    value_s: float


@dataclass(frozen=True, kw_only=True)
class Soonest:
    """Who answers soonest of those that keep up with jobs that come by themselves."""

    kind: Literal["soonest"] = "soonest"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    best: str
    """The strategy with the lowest median response time."""
    p50_s: float
    """Its median response time, from the planned start."""
    tail: Tail | None
    enough_rounds: bool
    """At least three: fewer tell nothing apart."""
    rivals: tuple[Rival, ...]
    """By rising response time, each with its median response time over that of the best; at least one."""
