"""A strategy worked out for a number of jobs in flight and of cores."""

from dataclasses import dataclass

from simulator.scenario.cluster import Cluster, cluster
from simulator.scenario.dispatch import DASK, PULL, Dispatch
from simulator.scenario.engines import CLIENT_OF, ClientKind, FetchKind
from simulator.scenario.strategy import CHOICES, ParseKind, ShardKind, Variant, number_of


@dataclass(frozen=True)
class Shards:
    """Over how many interpreters the jobs are spread."""

    kind: ShardKind
    count: int
    """1 where kind is none."""


@dataclass(frozen=True)
class Fetch:
    """How waits overlap inside a shard."""

    kind: FetchKind
    widths: tuple[int, ...]
    """Jobs in flight in each shard; as many entries as shards, each at least 1, larger ones first."""
    adaptive: bool = False
    """That is the most: how long answers take decides how many are."""

    @property
    def client_kind(self) -> ClientKind:
        """Which of a scenario's clients fetches."""
        return CLIENT_OF[self.kind]

    @property
    def in_one_thread(self) -> bool:
        """Whether a loop, whichever it is, overlaps the waits of a shard."""
        return self.kind != "blocking"


@dataclass(frozen=True)
class Parse:
    """Where parsing runs."""

    kind: ParseKind
    count: int
    """Workers of the parse pool in each shard; 0 where parsing is inline."""


@dataclass(frozen=True)
class StrategyPlan:
    """One strategy, worked out for a number of jobs in flight and of cores."""

    name: str
    base: str | None
    """The built-in strategy it is, or is a variant of; None when its choices were written out."""
    shards: Shards
    fetch: Fetch
    parse: Parse
    loop: str | None
    """`asyncio`, or the library whose loop stands in its place; None where nothing fetches with asyncio."""
    start_method: str | None
    """`fork`, `spawn`, `forkserver`; None leaves it to the driver or where there are no processes."""
    in_flight: int
    """Jobs that are really in flight."""
    marked: bool
    """In flight differs from the scenario's: comparisons say so."""
    dispatch: Dispatch = PULL
    """Whether workers pull jobs, or which executor pushes them."""
    chunk: int = 1
    """Jobs that are handed to a worker together."""
    eager_tasks: bool = False
    """Tasks begin as soon as they are made."""
    cluster: Cluster | None = None
    """Of which Dask hands the jobs out; null: it does not."""

    @property
    def elsewhere(self) -> bool:
        """Whether the job is done by processes that the driver has not started."""
        return self.cluster is not None and self.cluster.scheduler is not None

    @property
    def processes(self) -> int:
        """Processes besides the driver itself."""
        if self.cluster is not None:
            return self.cluster.workers
        shards = self.shards.count if self.shards.kind == "processes" else 0
        return shards + (self.shards.count * self.parse.count if self.parse.kind == "processes" else 0)

    @property
    def pickles(self) -> bool:
        """Whether records are handed from one interpreter to another."""
        return bool({self.shards.kind, self.parse.kind} & {"processes", "interpreters"})


def plan(variant: Variant, in_flight: int, parallelism: int) -> StrategyPlan:
    """Work out a strategy.

    Args:
        variant: The strategy.
        in_flight: N, the scenario's jobs in flight.
        parallelism: P, what `cores` and an unwritten parallelism stand for.

    Returns:
        The plan. More shards than N leave one job in flight in each, so that the plan is marked; so is one whose
        workers are handed several jobs together, all of which are in flight until the last is done.
    """
    base, chunk = variant.base, variant.chunk or variant.batch or 1
    shard_kind, fetch_kind, parse_kind = variant.choices
    total, count, parsers = in_flight, 1, 0
    if base is not None:
        p = number_of(variant.parallelism, parallelism)
        counts = {"one": 1, "in_flight": in_flight, "parallelism": p, "at_most_in_flight": min(p, in_flight)}
        count = counts[CHOICES[base].count]
        parsers = p if parse_kind != "inline" else 0
        if base == "sequential":
            total = 1
        elif base == "processes_per_core":
            total = count
    else:
        count = 1 if variant.shards is None else variant.shards.count(parallelism)
        parsers = 0 if variant.parse is None else variant.parse.count(parallelism)
    made_of = _cluster(variant, in_flight, parallelism) if variant.dispatch == DASK else None
    if made_of is not None:
        count = max(1, made_of.workers)
    each, more = divmod(total, count)
    widths = tuple(max(1, each + (index < more)) * chunk for index in range(count))
    return StrategyPlan(
        name=variant.name,
        base=base,
        shards=Shards(shard_kind, count),
        fetch=Fetch(fetch_kind, widths, variant.adaptive),
        parse=Parse(parse_kind, parsers),
        loop=(variant.loop or "asyncio") if fetch_kind == "asyncio" else None,
        start_method=variant.start_method if "processes" in {shard_kind, parse_kind} else None,
        in_flight=sum(widths),
        marked=sum(widths) != in_flight,
        dispatch=variant.dispatch,
        chunk=chunk,
        eager_tasks=bool(variant.eager_tasks),
        cluster=made_of,
    )


def _cluster(variant: Variant, in_flight: int, parallelism: int) -> Cluster:
    workers, threads = (
        None if count is None else number_of(count, parallelism)
        for count in (variant.workers, variant.threads)
    )
    return cluster(workers, threads, variant.scheduler, in_flight)
