"""What explains the numbers of one combination of levels, and what strategies cost there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.stats.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Character:
    """Whether the job is waiting or computing, read off the sequential cell, where nothing overlaps."""

    kind: Literal["character"] = "character"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    job: Literal["waiting", "both", "computing"]
    network_s: float
    """Mean time that the server holds the request for a page."""
    parse_cpu_s: float
    client_cpu_s: float
    """CPU of the HTTP client for a page."""
    waiting_share: float
    """The first of these three over all of them."""
    parses: bool
    """The parse is more than a function call."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """The same job in processes: it shows what is due to threads being inside one."""

    strategy: str
    ratio: Interval
    """Its throughput over that of threads, paired by round."""
    cores: float | None


@dataclass(frozen=True, kw_only=True)
class ThreadsTime:
    """Where the time of threads went, as shares."""

    run_queue: float
    """Waiting for a core."""
    stall: float | None
    """Off CPU without a reason; null: next to nothing, or no more than the host took."""
    mostly: Literal["parsing", "fetching"] | None
    """In which of the two they stalled; null: in both, or in neither."""


@dataclass(frozen=True, kw_only=True)
class ThreadsCause:
    """Why threads reach what they reach."""

    kind: Literal["threads_cause"] = "threads_cause"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    effect: Literal["little", "part", "waiting_only", "waiting", "computing"]
    """They gain `little`, or share `part` of the computing, or overlap the `waiting_only`: something inside the one
    process holds them back. Or they overlap the `waiting`, or share the `computing`: nothing does."""
    speedup: Interval
    in_flight: int
    cores: float
    control: Control | None
    """Null: nothing holds them back."""
    own_gils: Interval | None
    """Throughput of `interpreters`, each with a GIL of its own, over that of threads, where that confirms that the lock
    is the GIL."""
    time: ThreadsTime | None


@dataclass(frozen=True, kw_only=True)
class LoopCause:
    """How long a loop that parses itself stands still."""

    kind: Literal["loop_cause"] = "loop_cause"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    in_flight: int
    """Tasks that each parse holds up."""
    parse_wall_s: float
    loop_lag_max_s: float
    """How late a timer on that loop was at most."""


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What a strategy needs before it does anything."""

    strategy: str
    memory_bytes: int
    startup_s: float


@dataclass(frozen=True, kw_only=True)
class Price:
    """What processes need, beside what threads do."""

    kind: Literal["price"] = "price"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    processes: Footprint
    threads: Footprint


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Records that drag much along on their way between processes."""

    kind: Literal["moved"] = "moved"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategies: tuple[str, ...]
    """Those that move several times the page."""
    page_bytes: float
    """Mean size of a page; of the strategy that moves most, as the next two."""
    moved_bytes_per_page: float
    times_the_page: float
    heaviest: str | None
    """What of the record weighs most: `field: type`."""


@dataclass(frozen=True, kw_only=True)
class Contention:
    """Threads that hinder each other although there is no GIL."""

    kind: Literal["contention"] = "contention"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    stall: float
    """Share of their time off CPU without a reason."""
    cpu_per_page_s: float
    alone_cpu_per_page_s: float
    """The same under `sequential`."""
    ratio: float
    """Of the two."""


@dataclass(frozen=True, kw_only=True)
class TriedAgain:
    """What attempts that fail cost."""

    kind: Literal["tried_again"] = "tried_again"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    """The one whose jobs back off for the largest share of their time."""
    attempts_per_page: float
    """Of that one."""
    backoff: float | None
    """That share; null: it is not worth a word."""
    holds_slots: bool
    """A job that backs off keeps its place among those in flight."""
    given_up: tuple[str, ...]
    """Strategies that did not get every page."""


@dataclass(frozen=True, kw_only=True)
class SlotPrice:
    """What one more job in flight holds."""

    strategy: str
    """`threads` or `processes`."""
    bytes: float
    """Of memory, beyond what the baseline has."""


@dataclass(frozen=True, kw_only=True)
class HungSlots:
    """Requests that are never answered hold their slots until a time-out."""

    kind: Literal["hung_slots"] = "hung_slots"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    """The one of whose time they take most."""
    hung: float
    """Share of its jobs' time in flight."""
    in_flight: int
    slots: float
    """Of these, how many that is."""
    prices: tuple[SlotPrice, ...]
    """Of the strategies of which that is known."""


@dataclass(frozen=True, kw_only=True)
class RetriedTogether:
    """Retries that come all at one moment."""

    kind: Literal["retried_together"] = "retried_together"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    strategy: str
    """The one whose retries come in the largest crowds."""
    together: float
    """How many others reach the server close to one, in the mean."""
    within_s: float
    """How close that is."""
    by_chance: float
    """The same if none had anything to do with another."""
    refused_again: float | None
    """Share of them that the rate limit refuses once more; null: it refuses none."""
    goodput_per_s: float | None
    """Pages that are got; null where it is not the server that bounds them."""
    served_per_s: float | None
    """That the server lets through at most; null likewise."""
    retry_after: bool
    """They wait for what the server says."""
    jitter: str | None
    """Of the back-off: `full` or `none`; null: not known."""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A loop that hands its pages to a pool."""

    strategy: str
    to: str
    """Where they are parsed: `threads`, `processes` or `interpreters`."""
    loop_lag_max_s: float
    longer: float | None
    """By which share its makespan is longer than that of the loop that parses; null: not known."""
    wall: Interval | None = None
    """Its makespan over that one, paired by round; null: not known."""


@dataclass(frozen=True, kw_only=True)
class Responsive:
    """How long a loop stands still where it parses itself, and where others parse for it."""

    kind: Literal["responsive"] = "responsive"
    scope: Mapping[str, Any]
    """The levels that it speaks of."""
    loop_lag_max_s: float
    """Of the loop that parses."""
    handed: tuple[Handed, ...]
    """At least one."""
    idle_loop_lag_max_s: float | None
    """How late a tick of a loop was that has nothing to do; null where that was not measured."""
