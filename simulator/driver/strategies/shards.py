"""From the choices to a running shard: the only place that knows every combination.

Each kind of shard is imported where it is chosen: what a job does not need is no part of its memory or its start-up.
"""
# ruff: noqa: PLC0415

import sys
from collections.abc import Callable
from functools import partial
from itertools import accumulate

from ..libraries import ENGINES
from ..shared.failure import Failure
from ..spec import Spec, Strategy
from ..tickets import open_tickets
from .interface import Shard, ShardPlan


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
        from .interpreters import check_imports

        check_imports(spec, fetches=kind == "interpreters")
    if spec.strategy.dispatch != "pull":
        from .executors import open_pushed

        return open_pushed(spec)
    if kind == "processes":
        from .processes import Processes
        from .remote import RemoteShards

        return RemoteShards(spec, Processes(spec, open_local))
    if kind == "interpreters":
        from .remote import RemoteShards
        from .subinterpreters import Subinterpreters

        return RemoteShards(spec, Subinterpreters(spec, open_local))
    tickets = open_tickets(spec)
    firsts = accumulate(widths, initial=0)
    plans = [
        ShardPlan(spec, tickets, width, i, first)
        for i, (width, first) in enumerate(zip(widths, firsts, strict=False))
    ]
    if kind == "threads":
        from .thread_shards import ThreadShards

        return ThreadShards([partial(open_local, plan) for plan in plans])
    return open_local(plans[0])


def open_local(plan: ShardPlan) -> Shard:
    """Return a shard in this interpreter, with the kinds of fetch and parse that the strategy names.

    It refers to another function of this module: one that refers to none is sent to a subinterpreter as bare code
    (Python 3.14), which cannot import relatively.
    """
    return _kind(plan.spec.strategy)(plan)


def _kind(strategy: Strategy) -> "Callable[[ShardPlan], Shard]":
    if strategy.fetch in ENGINES:
        return _of_library(strategy.fetch)
    if strategy.fetch != "asyncio":
        from .blocking import BlockingShard

        return BlockingShard
    if strategy.parse_kind != "inline":
        from .pooled_loop import PooledLoopShard

        return PooledLoopShard
    if strategy.adaptive:
        from .adaptive_loop import AdaptiveShard

        return AdaptiveShard
    from .event_loop import EventLoopShard

    return EventLoopShard


def _of_library(fetch: str) -> "Callable[[ShardPlan], Shard]":
    """Return the shard whose waits a library of this name overlaps. Raises Failure where it cannot be imported."""
    try:
        if fetch == "gevent":
            from .greenlets import GreenletShard

            return GreenletShard
        from .trio_loop import TrioShard
    except ImportError as error:
        raise Failure(
            "unsupported",
            f"{fetch} cannot be imported by {sys.executable} ({error}); install it there, or leave out strategies"
            f" that fetch with it",
        ) from error
    return TrioShard
