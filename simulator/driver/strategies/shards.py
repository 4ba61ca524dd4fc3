"""From the three choices to a running shard: the only place that knows every combination."""

from functools import partial
from itertools import accumulate

from ..shared.failure import Failure
from ..spec import Spec
from ..tickets import open_tickets
from .blocking import BlockingShard
from .event_loop import EventLoopShard
from .interface import Shard, ShardPlan
from .interpreters import check_imports
from .pooled_loop import PooledLoopShard
from .processes import Processes
from .remote import RemoteShards
from .subinterpreters import Subinterpreters
from .thread_shards import ThreadShards


def open_shard(spec: Spec) -> Shard:
    """Return the shard, not yet started, in which the whole job runs.

    Raises:
        Failure: arrivals so rare that no job is due inside the window; subinterpreters that cannot be had, or in which
            client or parser cannot be imported.
    """
    offsets = spec.offsets_ns()
    if offsets is not None and not offsets:
        raise Failure("failed", "no job is due before the end; raise job.duration or arrivals.rate")
    kind, widths = spec.strategy.shard_kind, spec.strategy.widths
    if "interpreters" in (kind, spec.strategy.parse_kind):
        check_imports(spec, fetches=kind == "interpreters")
    if kind == "processes":
        return RemoteShards(spec, Processes(spec, open_local))
    if kind == "interpreters":
        return RemoteShards(spec, Subinterpreters(spec, open_local))
    tickets = open_tickets(spec)
    firsts = accumulate(widths, initial=0)
    plans = [
        ShardPlan(spec, tickets, width, i, first)
        for i, (width, first) in enumerate(zip(widths, firsts, strict=False))
    ]
    if kind == "threads":
        return ThreadShards([partial(open_local, plan) for plan in plans])
    return open_local(plans[0])


def open_local(plan: ShardPlan) -> Shard:
    """Return a shard in this interpreter, with the kinds of fetch and parse that the strategy names."""
    strategy = plan.spec.strategy
    if strategy.fetch != "asyncio":
        return BlockingShard(plan)
    return EventLoopShard(plan) if strategy.parse_kind == "inline" else PooledLoopShard(plan)
