"""What a scenario asks: who is fastest, who keeps up, who answers soonest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.model.bounds import Resource
from simulator.stats.contrasts import Verdict
from simulator.stats.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A strategy, or a level of what is contrasted, that is compared with the best."""

    strategy: str
    ratio: Interval | None
    """How many times better the best is; null: they have no round in common."""
    verdict: Verdict
    """Of the best over it."""
    memory_ratio: float | None = None
    """Its memory over that of the strategy to take."""


@dataclass(frozen=True, kw_only=True)
class Winner:
    """Which to take of those with equal jobs in flight."""

    kind: Literal["winner"] = "winner"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    job: Literal["waiting", "computing", "both"] | None
    """What one page alone does."""
    best: str
    """The strategy, or the level of what is contrasted, of the greatest effect."""
    take: str
    """The simplest of those that are surely as fast, or slower by less than the margin; `sequential` where no strategy
    gains more."""
    own_in_flight: int | None
    """Its jobs in flight where they are other than those of the rest, by its nature."""
    throughput_per_s: float
    """Of the best: median over the rounds."""
    speedup: Interval | None
    """Of the best over `sequential`."""
    bound_speedup: float | None
    """The most that this can be."""
    bound_by: Resource | None
    margin: float
    """The smallest difference that matters."""
    rounds: int | None
    enough_rounds: bool
    """At least three: fewer tell nothing apart."""
    rivals: tuple[Rival, ...]
    """By falling effect; none where there is one strategy."""
    would_show: float | None
    """Where it cannot be told who is faster, the difference that would have shown, as a share."""
    rounds_to_decide: int | None
    """About how many rounds in all would; null: more than anybody would wait for, or nothing is undecided."""
    behind_sequential: bool
    """The best is surely slower than one job after the other."""
    predicted: bool = False
    """Nothing was measured: the numbers are predicted, and intervals are bands."""


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
    predicted: bool = False
    """Nothing was measured: the numbers are predicted, and intervals are bands."""


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
    """The backlog grows as long as jobs come; else it may have grown by chance, or the band cannot tell."""
    offered: int
    """Jobs due inside the window."""
    offered_per_s: float | None
    throughput_per_s: float
    backlog_end: int
    """Jobs that waited for a worker at the last planned start."""
    predicted: bool = False
    """Nothing was measured: the numbers are predicted, and intervals are bands."""


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
    """The strategy with the lowest response times."""
    by: str
    """The percentile of the response time that they are compared by."""
    p50_s: float | None
    """Its median response time, from the planned start."""
    tail: Tail | None
    enough_rounds: bool
    """At least three: fewer tell nothing apart."""
    rivals: tuple[Rival, ...]
    """By rising response time, each with that percentile over that of the best; at least one."""
    predicted: bool = False
    """Nothing was measured: the numbers are predicted, and intervals are bands."""
