"""From the three choices to a running shard: the only place that knows every combination."""

from ..sample import Emit
from ..spec import Spec
from ..tickets import Tickets
from .blocking import BlockingShard
from .event_loop import EventLoopShard
from .interface import Shard
from .processes import ProcessShards


def open_shard(spec: Spec) -> Shard:
    """Return the shard, not yet started, in which the whole job runs."""
    if spec.strategy.shard_kind == "processes":
        return ProcessShards(spec)
    return open_local(spec, Tickets(spec.pages), width=spec.strategy.widths[0])


def open_local(
    spec: Spec,
    tickets: Tickets,
    *,
    width: int,
    shard: int = 0,
    first_worker: int = 0,
    emit: "Emit | None" = None,
) -> Shard:
    """Return a shard in this process, with the kind of fetch that the strategy names."""
    kind = EventLoopShard if spec.strategy.fetch == "asyncio" else BlockingShard
    return kind(spec, tickets, width=width, shard=shard, first_worker=first_worker, emit=emit)
